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
    'knows login, signup, reset_password, resend_email, social_login, change_password, not "logn"',
  )
})

test("whether a name or an address is taken is nobody's to know without a token", async () => {
  const app = await createTestApp({ env, users: [aUser()] })
  const taken = { username: 'alice', email: 'alice@example.com' }
  const cost = await app.costOf(async () => {
    const response = await app.post('/registration/', taken)
    expect(await response.json()).toEqual({
      password1: ['This field is required.'],
      password2: ['This field is required.'],
    })
    const good = { password1: 'a-good-long-phrase', password2: 'a-good-long-phrase' }
    const withoutToken = await app.post('/registration/', { ...taken, ...good })
    expect(await withoutToken.json()).toEqual({ [FIELD]: ['This field is required.'] })
    const byStranger = await app.post('/login/', credentials, { Authorization: 'Token 0123456789' })
    expect(byStranger.status).toBe(400)
  })
  expect(cost.total.roundTrips).toBe(0)
})

test.each([
  ['no action and no site', {}, {}, 200],
  ['the action', { action: 'login' }, {}, 200],
  ['another action', { action: 'signup' }, {}, 400],
  ['the own site', { hostname: 'auth.example.com' }, {}, 200],
  [
    'the public site',
    { hostname: 'id.example.org' },
    { PUBLIC_URL: 'https://id.example.org' },
    200,
  ],
  ['a site nobody knows', { hostname: 'evil.example' }, {}, 400],
  [
    'a trusted site',
    { hostname: 'app.example.com' },
    { CSRF_TRUSTED_ORIGINS: 'https://*.example.com' },
    200,
  ],
  [
    'an allowed site',
    { hostname: 'spa.example.net' },
    { CORS_ALLOWED_ORIGINS: 'https://spa.example.net' },
    200,
  ],
  ['a listed site', { hostname: 'a.example' }, { TURNSTILE_HOSTNAMES: 'a.example' }, 200],
  [
    'a site beside those listed',
    { hostname: 'auth.example.com' },
    { TURNSTILE_HOSTNAMES: 'a.example' },
    400,
  ],
])('a token of %s', async (_what, answer, settings, status) => {
  const app = await createTestApp({ env: { ...env, ...settings }, users: [aUser()] })
  app.outside.addExchange(jsonExchange('POST', VERIFY, { success: true, ...answer }))
  expect((await app.post('/login/', { ...credentials, [FIELD]: 'x' })).status).toBe(status)
})

test('resend, social login and password change are guarded where they are listed', async () => {
  const TURNSTILE_ACTIONS = 'resend_email, social_login, change_password'
  const providers = { facebook: { APPS: [{ client_id: 'fb', secret: 'fb-secret' }] } }
  const KEY = '0123456789abcdef0123456789abcdef01234567'
  const app = await createTestApp({
    env: { ...env, TURNSTILE_ACTIONS, SOCIALACCOUNT_PROVIDERS: JSON.stringify(providers) },
    users: [aUser({ tokenKey: KEY })],
  })
  const phrase = 'a-good-long-phrase'
  const asked: readonly (readonly [string, unknown, HeadersInit])[] = [
    ['/registration/resend-email/', { email: 'alice@example.com' }, {}],
    ['/facebook/', { access_token: 'x' }, {}],
    [
      '/password/change/',
      { new_password1: phrase, new_password2: phrase },
      { Authorization: `Token ${KEY}` },
    ],
  ]
  for (const [path, body, headers] of asked) {
    const response = await app.post(path, body, headers)
    expect([path, response.status, await response.json()]).toEqual([
      path,
      400,
      { [FIELD]: ['This field is required.'] },
    ])
  }
})
