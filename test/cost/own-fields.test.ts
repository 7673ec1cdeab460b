import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { waitedFor } from './waited.ts'

/** Everything at once that may be kept of a user: it costs no round trip more. */
const env = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  USER_PK: 'uuid',
  USER_FIELDS: {
    phone: { type: 'phone', required: true, unique: true },
    nick: { unique: true },
    'profile.bio': { jwt: true },
  },
  USER_ROLES: 'roles,permissions',
  JWT_CLAIMS: { roles: 'roles', permissions: 'permissions' },
}
const PASSWORD = 'right-horse-staple'
const registration = {
  username: 'ada',
  email: 'ada@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
  phone: '+4989123456',
  nick: 'bee',
  profile: { bio: 'engines' },
}

async function register(app: TestApp): Promise<{ access: string; refresh: string }> {
  const response = await app.post('/registration/', registration)
  expect(response.status).toBe(201)
  await app.settle()
  return response.json()
}

async function costOf(app: TestApp, ask: () => Promise<Response>): Promise<unknown> {
  const { response, roundTrips } = await waitedFor(app, ask)
  return { status: response.status, roundTrips }
}

test('a registration with own and unique fields takes one', async () => {
  const app = await createTestApp({ env })
  const ask = () => app.post('/registration/', registration)
  expect(await costOf(app, ask)).toEqual({ status: 201, roundTrips: 1 })
})

test('one under a unique value that is taken takes one, and tells which', async () => {
  const app = await createTestApp({ env })
  await register(app)
  const other = { ...registration, username: 'bob', email: 'bob@example.com', nick: 'BEE' }
  const { response, roundTrips } = await waitedFor(app, () => app.post('/registration/', other))
  expect({ roundTrips, body: await response.json() }).toEqual({
    roundTrips: 1,
    body: { phone: ['This field must be unique.'], nick: ['This field must be unique.'] },
  })
})

test('reading the user takes one, a login one, a refresh with fresh rights one', async () => {
  const app = await createTestApp({ env })
  const { access, refresh } = await register(app)
  const headers = { Authorization: `Bearer ${access}` }
  const one = { status: 200, roundTrips: 1 }
  expect(await costOf(app, () => app.request('/user/', { headers }))).toEqual(one)
  const login = () => app.post('/login/', { username: 'ada', password: PASSWORD })
  expect(await costOf(app, login)).toEqual(one)
  expect(await costOf(app, () => app.post('/token/refresh/', { refresh }))).toEqual(one)
})

test('a change of own and unique fields takes two: who is calling, and the change', async () => {
  const app = await createTestApp({ env })
  const { access } = await register(app)
  const headers = { Authorization: `Bearer ${access}`, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ nick: 'wasp', first_name: 'Ada', profile: { bio: '' } })
  const ask = () => app.request('/user/', { method: 'PATCH', headers, body })
  expect(await costOf(app, ask)).toEqual({ status: 200, roundTrips: 2 })
})

test('where nothing is declared, no statement knows of it', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'ada', tokenKey: 'f'.repeat(40) })] })
  const sent: string[] = []
  app.outside.interceptDatabase(async (request, pass) => {
    sent.push(await request.clone().text())
    return pass(request)
  })
  await app.post('/registration/', { ...registration, username: 'bob', email: 'bob@example.com' })
  await app.request('/user/', { headers: { Authorization: `Token ${'f'.repeat(40)}` } })
  app.outside.interceptDatabase(undefined)
  expect(sent.length).toBeGreaterThan(1)
  const found = sent.filter((text) => /own_field|public_ids|group_members|permissions/.test(text))
  expect(found).toEqual([])
})
