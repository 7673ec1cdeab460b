import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { waitedFor } from './waited.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const ON = {
  EMAIL_MANAGEMENT: 'true',
  SESSION_DEVICES: 'true',
  ACCOUNT_DELETION: 'soft',
  DATA_EXPORT: 'true',
}

const by = (app: TestApp, method: string, path: string) =>
  app.request(path, { method, headers: BY_TOKEN })

/** One finds the caller; what must be written waits for one more. */
test.each<readonly [string, number, number, (app: TestApp) => Promise<Response>]>([
  ['emails/ (GET)', 200, 1, (app) => by(app, 'GET', 'emails/')],
  ['emails/ (POST)', 201, 2, (app) => app.post('emails/', { email: 'b@example.com' }, BY_TOKEN)],
  ['emails/ID/ (PATCH, the primary one)', 200, 1, (app) => by(app, 'PATCH', 'emails/1/')],
  ['emails/ID/ (DELETE, the primary one)', 400, 1, (app) => by(app, 'DELETE', 'emails/1/')],
  ['emails/undo/ (a false key)', 400, 0, (app) => app.post('emails/undo/', { key: 'x' })],
  ['sessions/ (GET)', 200, 2, (app) => by(app, 'GET', 'sessions/')],
  ['sessions/ (DELETE)', 200, 2, (app) => by(app, 'DELETE', 'sessions/')],
  ['user/export/', 200, 2, (app) => by(app, 'GET', 'user/export/')],
  ['user/delete/', 200, 2, (app) => by(app, 'POST', 'user/delete/')],
  ['user/delete/undo/ (a false key)', 400, 0, (app) => app.post('user/delete/undo/', { key: 'x' })],
])('%s: %i after %i round trips', async (_what, status, roundTrips, ask) => {
  const app = await createTestApp({ env: ON, users: [aUser({ tokenKey: KEY })] })
  const cost = await waitedFor(app, () => ask(app))
  expect({ status: cost.response.status, roundTrips: cost.roundTrips }).toEqual({
    status,
    roundTrips,
  })
})
