import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../support/app.ts'
import { jsonExchange } from '../support/fake-fetch.ts'

const VERIFY = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
const env = { TURNSTILE_SECRET_KEY: 'ts-secret' }
const credentials = { username: 'alice', password: 'right-horse-staple' }
const FIELD = 'cf-turnstile-response'

test('a login needs a token that Cloudflare knows, in the body or the header', async () => {
  const app = await createTestApp({ env, users: [aUser()] })
  const query = { secret: 'ts-secret', response: 'good', remoteip: '192.0.2.1' }
  app.outside.addExchange(jsonExchange('POST', VERIFY, { success: true }, { query }))
  expect((await app.post('/login/', { ...credentials, [FIELD]: 'good' })).status).toBe(200)
  expect((await app.post('/login/', credentials, { [FIELD]: 'good' })).status).toBe(200)
})

test('without a good token nothing is asked of the database', async () => {
  const app = await createTestApp({ env, users: [aUser()] })
  app.outside.addExchange(jsonExchange('POST', VERIFY, { success: false }))
  const missing = await app.post('/login/', credentials)
  expect(missing.status).toBe(400)
  expect(await missing.json()).toEqual({ [FIELD]: ['This field is required.'] })
  const cost = await app.costOf(async () => {
    const bad = await app.post('/login/', { ...credentials, [FIELD]: 'bad' })
    expect(bad.status).toBe(400)
    expect(await bad.json()).toEqual({ [FIELD]: ['Invalid or expired token.'] })
  })
  expect(cost.total.roundTrips).toBe(0)
})

test('Cloudflare away is 503, and registration and reset are guarded, too', async () => {
  const app = await createTestApp({ env })
  const bodies = {
    '/login/': credentials,
    '/registration/': {
      username: 'bob',
      password1: 'a-good-long-phrase',
      password2: 'a-good-long-phrase',
    },
    '/password/reset/': { email: 'alice@example.com' },
  }
  for (const [path, body] of Object.entries(bodies)) {
    const response = await app.post(path, { ...body, [FIELD]: 'x' })
    expect([path, response.status]).toEqual([path, 503])
    expect(response.headers.get('Retry-After')).toBe('5')
  }
})

test('what is not listed is not guarded, and an unknown action is refused at the start', async () => {
  const app = await createTestApp({
    env: { ...env, TURNSTILE_ACTIONS: 'signup' },
    users: [aUser()],
  })
  expect((await app.post('/login/', credentials)).status).toBe(200)
  await expect(createTestApp({ env: { ...env, TURNSTILE_ACTIONS: 'logn' } })).rejects.toThrow(
    'knows login, signup, reset_password, not "logn"',
  )
})
