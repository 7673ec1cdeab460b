import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { unseal } from '../../src/crypto.ts'
import { emailAddresses, socialAccounts, users } from '../../src/db/schema.ts'
import { waitedFor } from '../cost/waited.ts'
import { answerOf, cookieAttributesOf, cookieHeaderOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { jsonExchange } from '../support/fake-fetch.ts'
import {
  anIssuer,
  FACEBOOK_DEBUG,
  FACEBOOK_ME,
  facebookKnows,
  FAY,
  SOCIAL_ENV,
  TIA,
  TWITTER_VERIFY,
  twitterKnows,
} from '../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../support/seed.ts'

const FB = { access_token: 'fb-token' }
const TW = { access_token: 'tw-token', token_secret: 'tw-secret-token' }
const KEY = { key: expect.stringMatching(/^[0-9a-f]{40}$/) }
const TAKEN = 'User is already registered with this e-mail address.'
const FAY_BODY = {
  pk: 1,
  username: 'fay',
  email: 'fay@example.com',
  first_name: 'Fay',
  last_name: 'Book',
}

function refusal(message: string): { readonly status: number; readonly body: unknown } {
  return { status: 400, body: { non_field_errors: [message] } }
}

async function anApp(
  env: Readonly<Record<string, string>> = {},
  seeded: Parameters<typeof createTestApp>[0] = {},
): Promise<TestApp> {
  return createTestApp({ env: { ...SOCIAL_ENV, ...env }, ...seeded })
}

/** Everything that a login may have written. */
async function stored(app: TestApp): Promise<{
  readonly users: readonly string[]
  readonly addresses: readonly string[]
  readonly accounts: readonly string[]
}> {
  await app.settle()
  const { db } = app.deps()
  const people = await db.select().from(users).orderBy(users.id)
  const addresses = await db.select().from(emailAddresses).orderBy(emailAddresses.id)
  const accounts = await db.select().from(socialAccounts).orderBy(socialAccounts.id)
  return {
    users: people.map((user) => `${user.username} <${user.email}>`),
    addresses: addresses.map(
      (it) => `${it.userId} ${it.email} ${it.isVerified ? 'verified' : 'unverified'}`,
    ),
    accounts: accounts.map((it) => `${it.userId} ${it.provider} ${it.uid}`),
  }
}

async function meOf(app: TestApp, key: string): Promise<unknown> {
  const response = await app.request('user/', { headers: { Authorization: `Token ${key}` } })
  return response.json()
}

/** Logs in by password; answers the header of later requests. */
async function tokenOf(app: TestApp, username: string): Promise<Readonly<Record<string, string>>> {
  const key = await memberOf(
    app.post('login/', { username, password: 'right-horse-staple' }),
    'key',
  )
  return { Authorization: `Token ${key}` }
}

test('makes an account for a new person, and asks them to confirm their address', async () => {
  const app = await anApp({ KNOWN_DEVICE_COOKIE: '' })
  app.outside.setExchanges(facebookKnows(FAY))
  const response = await app.post('facebook/', FB)
  expect(response.status).toBe(200)
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(response.headers.getSetCookie()).toEqual([])
  const body = await response.json()
  expect(body).toEqual(KEY)
  expect(await meOf(app, body.key)).toEqual(FAY_BODY)
  expect(await stored(app)).toEqual({
    users: ['fay <fay@example.com>'],
    addresses: ['1 fay@example.com unverified'],
    accounts: ['1 facebook 10001'],
  })
  expect(app.mailbox.map(({ to, subject }) => [to, subject])).toEqual([
    ['fay@example.com', '[example.com] Please Confirm Your Email Address'],
  ])
})

test('answers a JWT pair and its cookies under USE_JWT', async () => {
  const app = await anApp({ USE_JWT: 'true', JWT_AUTH_COOKIE: 'auth', KNOWN_DEVICE_COOKIE: '' })
  app.outside.setExchanges(facebookKnows(FAY))
  const response = await app.post('facebook/', FB)
  expect(Object.keys(cookieAttributesOf(response))).toContain('auth')
  expect(await answerOf(response)).toEqual({
    status: 200,
    body: { access: expect.any(String), refresh: '', user: FAY_BODY },
  })
})

test('opens a session under SESSION_LOGIN', async () => {
  const app = await anApp({ SESSION_LOGIN: 'true', KNOWN_DEVICE_COOKIE: '' })
  app.outside.setExchanges(facebookKnows(FAY))
  const response = await app.post('facebook/', FB)
  expect(Object.keys(cookieAttributesOf(response))).toEqual(['csrftoken', 'sessionid'])
  const me = await app.request('user/', { headers: { Cookie: cookieHeaderOf(response) } })
  expect(await me.json()).toEqual(FAY_BODY)
})

test('logs the same person into the same account, whatever became of their name and address', async () => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows(FAY))
  const first = await memberOf(app.post('facebook/', FB), 'key')
  app.outside.setExchanges(
    facebookKnows({ ...FAY, email: 'other@example.com', first_name: 'Someone' }),
  )
  expect(await memberOf(app.post('facebook/', FB), 'key')).toBe(first)
  expect(await stored(app)).toMatchObject({
    users: ['fay <fay@example.com>'],
    accounts: ['1 facebook 10001'],
  })
})

test('costs a known account one round trip besides the provider’s', async () => {
  const app = await anApp({}, { users: [aUser({ tokenKey: 'a'.repeat(40) })] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  const { response, roundTrips } = await waitedFor(app, () => app.post('facebook/', FB))
  expect(await response.json()).toEqual({ key: 'a'.repeat(40) })
  expect(roundTrips).toBe(1)
  expect(app.outside.calls).toHaveLength(2)
})

test('notes when a known account logged in, and what the provider said', async () => {
  const app = await anApp({}, { users: [aUser()] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  app.clock.advance(3600)
  await app.post('facebook/', FB)
  await app.settle()
  const [account] = await app.deps().db.select().from(socialAccounts)
  expect(account).toMatchObject({
    extraData: FAY,
    lastLoginAt: app.clock.now(),
    sealedTokens: null,
  })
})

test('makes one account of many first logins at once', async () => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows(FAY))
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => answerOf(app.post('facebook/', FB))),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(await stored(app)).toMatchObject({
    users: ['fay <fay@example.com>'],
    accounts: ['1 facebook 10001'],
  })
})

test('gives an address that two people bring at once to one of them', async () => {
  const app = await anApp()
  app.outside.setExchanges([
    ...facebookKnows(FAY),
    ...facebookKnows({ ...FAY, id: '10002' }, 'other-token'),
  ])
  const answers = await Promise.all([
    answerOf(app.post('facebook/', FB)),
    answerOf(app.post('facebook/', { access_token: 'other-token' })),
  ])
  expect(answers).toContainEqual({ status: 200, body: KEY })
  expect(answers).toContainEqual(refusal(TAKEN))
  expect((await stored(app)).users).toEqual(['fay <fay@example.com>'])
})

test('gives a second person of the same name another username', async () => {
  const app = await anApp({}, { users: [aUser({ username: 'fay', email: 'f@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  await app.post('facebook/', FB)
  expect((await stored(app)).users).toEqual([
    'fay <f@example.com>',
    expect.stringMatching(/^fay\d <fay@example.com>$/),
  ])
})

test.each([
  [{ first_name: 'Zoë', last_name: 'Žižek' }, 'zoe'],
  [{ first_name: 'Иван', last_name: 'Иванов' }, 'user'],
  [{ email: 'fb.user@example.com' }, 'fb.user'],
  [{ username: 'fay.b', first_name: 'Fay' }, 'fay.b'],
  [{ username: 'no spaces', first_name: 'Fay' }, 'fay'],
])('makes a username of %j: %s', async (person, username) => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows({ id: '10001', ...person }))
  await app.post('facebook/', FB)
  expect((await stored(app)).users[0]).toBe(
    `${username} <${'email' in person ? person.email : ''}>`,
  )
})

test.each(['', 'nope', `${'f'.repeat(64)}@${'e'.repeat(200)}.com`])(
  'does without the address %j',
  async (email) => {
    const app = await anApp()
    app.outside.setExchanges(facebookKnows({ ...FAY, email }))
    expect((await app.post('facebook/', FB)).status).toBe(200)
    expect(await stored(app)).toMatchObject({ users: ['fay <>'], addresses: [] })
    expect(app.mailbox).toEqual([])
  },
)

test('cuts names to what the columns hold, and halves no character', async () => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows({ ...FAY, first_name: '🦊'.repeat(200) }))
  await app.post('facebook/', FB)
  const [user] = await app.deps().db.select().from(users)
  expect(user?.firstName).toBe('🦊'.repeat(150))
})

test.each([
  [{}, { non_field_errors: ['Incorrect input. access_token or code is required.'] }],
  [
    { access_token: '  ', code: '' },
    { non_field_errors: ['Incorrect input. access_token or code is required.'] },
  ],
  [{ id_token: 'x' }, { non_field_errors: ['Incorrect input. access_token or code is required.'] }],
  [{ access_token: null }, { access_token: ['This field may not be null.'] }],
  [
    { access_token: true, code: {}, id_token: [] },
    {
      access_token: ['Not a valid string.'],
      code: ['Not a valid string.'],
      id_token: ['Not a valid string.'],
    },
  ],
])('answers %j at facebook/', async (body, errors) => {
  const app = await anApp()
  expect(await answerOf(app.post('facebook/', body))).toEqual({ status: 400, body: errors })
})

test.each([
  [{}, { access_token: ['This field is required.'], token_secret: ['This field is required.'] }],
  [{ access_token: 'x', token_secret: '' }, { token_secret: ['This field may not be blank.'] }],
  [
    { code: 'x', code_verifier: 'y' },
    { access_token: ['This field is required.'], token_secret: ['This field is required.'] },
  ],
])('answers %j at twitter/', async (body, errors) => {
  const app = await anApp()
  expect(await answerOf(app.post('twitter/', body))).toEqual({ status: 400, body: errors })
})

test.each(['facebook/', 'twitter/'])('has no GET at %s', async (path) => {
  const app = await anApp()
  expect(await answerOf(app.request(path))).toEqual({
    status: 405,
    body: { detail: 'Method "GET" not allowed.' },
  })
})

test('describes to OPTIONS what the reference describes, and nothing more', async () => {
  const app = await anApp()
  const text = { type: 'string', required: false, read_only: false }
  expect(await answerOf(app.request('facebook/', { method: 'OPTIONS' }))).toMatchObject({
    body: {
      name: 'Facebook Login',
      actions: {
        POST: {
          access_token: { ...text, label: 'Access token' },
          code: { ...text, label: 'Code' },
          id_token: { ...text, label: 'Id token' },
        },
      },
    },
  })
  const { body } = await answerOf(app.request('facebook/', { method: 'OPTIONS' }))
  expect(JSON.stringify(body)).not.toContain('code_verifier')
})

test('exists only where a client id is set', async () => {
  const app = await createTestApp()
  for (const path of ['facebook/', 'facebook/connect/', 'facebook/authorize/', 'google/']) {
    expect((await app.post(path, FB)).status).toBe(404)
  }
})

test('is served without its slash', async () => {
  const app = await anApp()
  app.outside.setExchanges(facebookKnows(FAY))
  expect((await app.post('facebook', FB)).status).toBe(200)
})

test('logs in by a signed token of X, and asks for the address', async () => {
  const app = await anApp()
  app.outside.setExchanges(twitterKnows(TIA))
  expect(await answerOf(app.post('twitter/', TW))).toEqual({ status: 200, body: KEY })
  expect(app.outside.calls[0]?.entries.get('include_email')).toBe('true')
  expect(await stored(app)).toMatchObject({
    users: ['tia <tia@example.com>'],
    accounts: ['1 twitter 20002'],
  })
})

test('refuses a token that was issued to another app', async () => {
  const app = await anApp()
  app.outside.setExchanges([
    jsonExchange('GET', FACEBOOK_ME, FAY),
    jsonExchange('GET', FACEBOOK_DEBUG, { data: { app_id: 'evil-client', is_valid: true } }),
  ])
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
  expect((await stored(app)).users).toEqual([])
  expect(app.log).toContainEqual(
    expect.objectContaining({ event: 'social_login_rejected', reason: 'token_of_another_app' }),
  )
})

test.each([
  ['facebook/', FB, facebookKnows({ ...FAY, id: null }), 'Incorrect value'],
  ['facebook/', FB, facebookKnows({ ...FAY, id: '' }), 'Incorrect value'],
  ['facebook/', FB, facebookKnows([]), 'Incorrect value'],
  [
    'twitter/',
    TW,
    twitterKnows({ ...TIA, id: null }),
    'No access to private resources at "api.x.com".',
  ],
  [
    'twitter/',
    TW,
    twitterKnows({ ...TIA, id: {} }),
    'No access to private resources at "api.x.com".',
  ],
])('refuses at %s a profile without an id', async (path, body, exchanges, message) => {
  const app = await anApp()
  app.outside.setExchanges(exchanges)
  expect(await answerOf(app.post(path, body))).toEqual(refusal(message))
  expect((await stored(app)).accounts).toEqual([])
})

const UNAVAILABLE = {
  status: 503,
  body: { detail: 'Service temporarily unavailable, try again later.' },
}

test('says when to come back while a provider cannot be reached', async () => {
  const app = await anApp()
  const response = await app.post('facebook/', FB)
  expect(response.headers.get('Retry-After')).toBe('5')
  expect(await answerOf(response)).toEqual(UNAVAILABLE)
  expect((await stored(app)).users).toEqual([])
})

test.each([500, 503, 429])('says so while a provider answers %s', async (status) => {
  const app = await anApp()
  app.outside.setExchanges([
    { ...jsonExchange('GET', TWITTER_VERIFY, {}, { status }), headers: { 'Retry-After': '17' } },
  ])
  const response = await app.post('twitter/', TW)
  expect(response.headers.get('Retry-After')).toBe('17')
  expect(await answerOf(response)).toEqual(UNAVAILABLE)
})

test('takes a provider’s 500 for a bad token where the reference does', async () => {
  const app = await anApp({ SOCIALACCOUNT_PROVIDER_DOWN: 'rejected' })
  app.outside.setExchanges([jsonExchange('GET', TWITTER_VERIFY, {}, { status: 500 })])
  expect(await answerOf(app.post('twitter/', TW))).toEqual(
    refusal('No access to private resources at "api.x.com".'),
  )
})

test('refuses a code that cannot be exchanged', async () => {
  const app = await anApp()
  const url = 'https://graph.facebook.com/v25.0/oauth/access_token'
  app.outside.setExchanges([jsonExchange('GET', url, { error: {} }, { status: 400 })])
  expect(await answerOf(app.post('facebook/', { code: 'other' }))).toEqual(
    refusal('Failed to exchange code for access token'),
  )
  expect(app.outside.calls[0]?.entries.get('redirect_uri')).toBe(
    'https://app.example/callback/facebook',
  )
})

test('exchanges a code at an allowed redirect URI only', async () => {
  const app = await anApp()
  const body = { code: 'fb-code', redirect_uri: 'https://evil.example/' }
  expect(await answerOf(app.post('facebook/', body))).toEqual({
    status: 400,
    body: { redirect_uri: ['This redirect URI is not allowed.'] },
  })
})

test('needs a redirect URI for a code', async () => {
  const app = await anApp({ FACEBOOK_CALLBACK_URL: '' })
  expect(await answerOf(app.post('facebook/', { code: 'fb-code' }))).toEqual(
    refusal('Define callback_url in view'),
  )
})

test('refuses a deactivated user as password login does', async () => {
  const app = await anApp({}, { users: [aUser({ isActive: false })] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(
    refusal('Unable to log in with provided credentials.'),
  )
})

test.each([
  ['facebook/', FB, facebookKnows(FAY), 'fay@example.com'],
  ['facebook/', FB, facebookKnows(FAY), 'FAY@Example.com'],
  ['twitter/', TW, twitterKnows(TIA), 'tia@example.com'],
])(
  'makes no second account at %s for an address that is taken',
  async (path, body, exchanges, email) => {
    for (const emailVerified of [true, false, null]) {
      const app = await anApp({}, { users: [aUser({ email, emailVerified })] })
      app.outside.setExchanges(exchanges)
      expect(await answerOf(app.post(path, body))).toEqual(refusal(TAKEN))
      expect(await stored(app)).toMatchObject({ users: [`alice <${email}>`], accounts: [] })
    }
  },
)

test('makes a second account where addresses need not be unique', async () => {
  const app = await anApp(
    { ACCOUNT_UNIQUE_EMAIL: 'false' },
    { users: [aUser({ email: 'fay@example.com' })] },
  )
  app.outside.setExchanges(facebookKnows(FAY))
  expect((await app.post('facebook/', FB)).status).toBe(200)
  expect((await stored(app)).users).toEqual(['alice <fay@example.com>', 'fay <fay@example.com>'])
})

test.each([
  ['AUTO_SIGNUP is off', { SOCIALACCOUNT_AUTO_SIGNUP: 'false' }, FAY],
  ['there must be an address', { SOCIALACCOUNT_EMAIL_REQUIRED: 'true' }, { ...FAY, email: '' }],
  [
    'a sign-up must name one',
    { ACCOUNT_SIGNUP_FIELDS: 'email*,password1*' },
    { ...FAY, email: '' },
  ],
])('makes no account where %s', async (_, env, person) => {
  const app = await anApp(env)
  app.outside.setExchanges(facebookKnows(person))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
  expect((await stored(app)).users).toEqual([])
})

test('lets known accounts in where AUTO_SIGNUP is off', async () => {
  const app = await anApp({ SOCIALACCOUNT_AUTO_SIGNUP: 'false' }, { users: [aUser()] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect((await app.post('facebook/', FB)).status).toBe(200)
})

const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
const UNVERIFIED = refusal('E-mail is not verified.')

test('logs a new person in only when they have confirmed their address', async () => {
  const app = await anApp(MANDATORY)
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(UNVERIFIED)
  expect((await stored(app)).addresses).toEqual(['1 fay@example.com unverified'])
  expect(app.mailbox).toHaveLength(1)
  expect(await answerOf(app.post('facebook/', FB))).toEqual(UNVERIFIED)
  const key = /account-confirm-email\/([^/\s]+)\//.exec(app.mailbox[0]?.text ?? '')?.[1]
  await app.post('registration/verify-email/', { key })
  expect(await answerOf(app.post('facebook/', FB))).toEqual({ status: 200, body: KEY })
})

test('takes the provider’s word for an address, and sends no mail', async () => {
  const providers = { facebook: { APP: { client_id: 'fb-client' }, VERIFIED_EMAIL: true } }
  const app = await anApp({ ...MANDATORY, SOCIALACCOUNT_PROVIDERS: JSON.stringify(providers) })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual({ status: 200, body: KEY })
  expect((await stored(app)).addresses).toEqual(['1 fay@example.com verified'])
  expect(app.mailbox).toEqual([])
})

test('takes the provider’s word for the address of a known account', async () => {
  const providers = { facebook: { APP: { client_id: 'fb-client' }, VERIFIED_EMAIL: true } }
  const app = await anApp(
    { ...MANDATORY, SOCIALACCOUNT_PROVIDERS: JSON.stringify(providers) },
    { users: [aUser({ email: 'fay@example.com', emailVerified: false })] },
  )
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect((await app.post('facebook/', FB)).status).toBe(200)
  expect((await stored(app)).addresses).toEqual([`${userId} fay@example.com verified`])
})

test('makes no account that could never be verified', async () => {
  const app = await anApp(MANDATORY)
  app.outside.setExchanges(facebookKnows({ ...FAY, email: '' }))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(UNVERIFIED)
  expect((await stored(app)).users).toEqual([])
})

test('answers for a taken address as for a new one where all have to verify, and tells its owner', async () => {
  const app = await anApp(MANDATORY, { users: [aUser({ email: 'fay@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(UNVERIFIED)
  await app.settle()
  expect(app.mailbox.map(({ to, subject }) => [to, subject])).toEqual([
    ['fay@example.com', '[example.com] Account Already Exists'],
  ])
  expect((await stored(app)).users).toEqual(['alice <fay@example.com>'])
})

test('logs in unverified people where the reference does', async () => {
  const app = await anApp({ ...MANDATORY, SOCIAL_LOGIN_FOLLOWS_VERIFICATION: 'false' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual({ status: 200, body: KEY })
})

const TRUSTED = {
  SOCIALACCOUNT_PROVIDERS: JSON.stringify({
    facebook: { APP: { client_id: 'fb-client' }, VERIFIED_EMAIL: true },
  }),
  SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
}
const AUTO_CONNECT = { ...TRUSTED, SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true' }

test('logs the owner of a verified address into the account that has verified it', async () => {
  const app = await anApp(TRUSTED, { users: [aUser({ email: 'fay@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  const key = await memberOf(app.post('facebook/', FB), 'key')
  expect(await meOf(app, key)).toMatchObject({ username: 'alice' })
  expect((await stored(app)).accounts).toEqual([])
  expect(
    (await app.post('login/', { username: 'alice', password: 'right-horse-staple' })).status,
  ).toBe(200)
})

test('connects it under AUTO_CONNECT', async () => {
  const app = await anApp(AUTO_CONNECT, { users: [aUser({ email: 'fay@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  await app.post('facebook/', FB)
  expect((await stored(app)).accounts).toEqual(['1 facebook 10001'])
})

test('never lets an unverified address into an account', async () => {
  const app = await anApp(
    {
      SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
      SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true',
    },
    { users: [aUser({ email: 'fay@example.com' })] },
  )
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
  expect((await stored(app)).accounts).toEqual([])
})

test('shuts out whoever made an account with somebody else’s address when its owner comes', async () => {
  const app = await anApp(
    { ...AUTO_CONNECT, SESSION_LOGIN: 'true' },
    {
      users: [aUser({ email: 'fay@example.com', emailVerified: false, tokenKey: 'b'.repeat(40) })],
    },
  )
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'twitter', uid: '666' })
  const session = await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  app.outside.setExchanges(facebookKnows(FAY))
  const key = await memberOf(app.post('facebook/', FB), 'key')
  expect(key).not.toBe('b'.repeat(40))
  expect(await stored(app)).toEqual({
    users: ['alice <fay@example.com>'],
    addresses: ['1 fay@example.com verified'],
    accounts: ['1 facebook 10001'],
  })
  expect(
    (await app.post('login/', { username: 'alice', password: 'right-horse-staple' })).status,
  ).toBe(400)
  const stale = [{ Authorization: `Token ${'b'.repeat(40)}` }, { Cookie: cookieHeaderOf(session) }]
  for (const headers of stale) {
    expect((await app.request('user/', { headers })).status).toBe(401)
  }
})

test('does not take an account for the owner’s that has verified another address', async () => {
  const app = await anApp(AUTO_CONNECT, { users: [aUser({ email: 'alice@example.com' })] })
  const userId = await userIdOf(app.deps(), 'alice')
  await app.deps().db.insert(emailAddresses).values({
    userId,
    email: 'fay@example.com',
    emailFolded: 'fay@example.com',
  })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
  expect(
    (await app.post('login/', { username: 'alice', password: 'right-horse-staple' })).status,
  ).toBe(200)
})

test('keeps the provider’s tokens sealed under STORE_TOKENS', async () => {
  const app = await anApp({ SOCIALACCOUNT_STORE_TOKENS: 'true' })
  app.outside.setExchanges(twitterKnows(TIA))
  await app.post('twitter/', TW)
  const [account] = await app.deps().db.select().from(socialAccounts)
  const sealed = account?.sealedTokens ?? ''
  expect(sealed).not.toContain('tw-token')
  const opened = await unseal([app.settings.SECRET_KEY], 'social-tokens', sealed)
  expect(JSON.parse(opened?.text ?? '')).toEqual({
    accessToken: 'tw-token',
    tokenSecret: 'tw-secret-token',
  })
})

test('keeps no new account where the reference crashes over its tokens', async () => {
  const app = await anApp({ SOCIALACCOUNT_STORE_TOKENS: 'true', HONOUR_STORE_TOKENS: 'false' })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
  expect((await stored(app)).users).toEqual([])
})

const EXACT = { DJANGO_COMPATIBILITY: 'exact', SOCIALACCOUNT_QUERY_EMAIL: 'true' }

test('makes a second account for a taken address at Twitter, as the reference does', async () => {
  const app = await anApp(EXACT, { users: [aUser({ email: 'tia@example.com' })] })
  app.outside.setExchanges(twitterKnows(TIA))
  expect(await answerOf(app.post('twitter/', TW))).toEqual({ status: 200, body: KEY })
  expect(await stored(app)).toMatchObject({
    users: ['alice <tia@example.com>', 'tia <tia@example.com>'],
    addresses: ['1 tia@example.com verified'],
  })
  expect(app.mailbox).toEqual([])
})

test('leaves an empty session with refusals where the reference does', async () => {
  const app = await anApp(EXACT)
  app.outside.setExchanges([jsonExchange('GET', TWITTER_VERIFY, {}, { status: 401 })])
  const response = await app.post('twitter/', TW)
  expect(Object.keys(cookieAttributesOf(response))).toEqual(['sessionid'])
  const me = await app.request('user/', { headers: { Cookie: cookieHeaderOf(response) } })
  expect(me.status).toBe(401)
})

test('logs nobody in by address without AUTO_CONNECT, where the reference crashes', async () => {
  const exact = { ...TRUSTED, ...EXACT, FACEBOOK_GRAPH_API_VERSION: 'v25.0' }
  const app = await anApp(exact, { users: [aUser({ email: 'fay@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
})

test('connects a social account to the caller', async () => {
  const app = await anApp({}, { users: [aUser()] })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(facebookKnows(FAY))
  const key = await memberOf(app.post('facebook/connect/', FB, headers), 'key')
  expect(await meOf(app, key)).toMatchObject({ username: 'alice', email: 'alice@example.com' })
  expect(await stored(app)).toMatchObject({
    addresses: ['1 alice@example.com verified'],
    accounts: ['1 facebook 10001'],
  })
  expect(await memberOf(app.post('facebook/', FB), 'key')).toBe(key)
  expect((await app.post('facebook/connect/', FB, headers)).status).toBe(200)
  expect((await stored(app)).accounts).toHaveLength(1)
})

test('does not connect for a stranger', async () => {
  const app = await anApp()
  expect(await answerOf(app.post('facebook/connect/', FB))).toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  })
})

test('does not connect a social account of somebody else, and logs nobody in as them', async () => {
  const app = await anApp({}, { users: [aUser(), aUser({ username: 'bob' })] })
  const userId = await userIdOf(app.deps(), 'bob')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/connect/', FB, headers))).toEqual(
    refusal('The third-party account is already connected to a different account.'),
  )
  expect((await stored(app)).accounts).toEqual([`${userId} facebook 10001`])
})

test('connects an account at Twitter', async () => {
  const app = await anApp({}, { users: [aUser()] })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(twitterKnows(TIA))
  expect((await app.post('twitter/connect/', TW, headers)).status).toBe(200)
  expect((await stored(app)).accounts).toEqual(['1 twitter 20002'])
})

test('goes on in the caller’s session when they connect', async () => {
  const app = await anApp({ SESSION_LOGIN: 'true' }, { users: [aUser()] })
  const login = await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  const cookies = cookieHeaderOf(login)
  const csrf = /csrftoken=([^;]+)/.exec(cookies)?.[1] ?? ''
  app.outside.setExchanges(facebookKnows(FAY))
  const headers = { Cookie: cookies, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
  const response = await app.post('facebook/connect/', FB, headers)
  expect(response.status).toBe(200)
  const session = /sessionid=([^;]+)/.exec(cookies)?.[1]
  expect(cookieHeaderOf(response)).toContain(`sessionid=${session}`)
})

test('logs in by an ID token of a configured issuer, once', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  app.outside.setExchanges(issuer.exchanges)
  const claims = { sub: 'ola', email: 'ola@corp.example', email_verified: true, name: 'Ola Open' }
  const body = { id_token: await issuer.sign(app, claims) }
  expect(await answerOf(app.post('oidc/corp/', body))).toEqual({ status: 200, body: KEY })
  expect(await stored(app)).toEqual({
    users: ['ola <ola@corp.example>'],
    addresses: ['1 ola@corp.example verified'],
    accounts: ['1 corp ola'],
  })
  expect(await answerOf(app.post('oidc/corp/', body))).toEqual(refusal('Incorrect value'))
})

test('takes an ID token of many at once for one of them', async () => {
  const issuer = await anIssuer()
  const app = await createTestApp({ env: issuer.env })
  app.outside.setExchanges(issuer.exchanges)
  const body = { id_token: await issuer.sign(app, { sub: 'ola' }) }
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => answerOf(app.post('oidc/corp/', body))),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('stops at the start where an app cannot work', async () => {
  const env = { SOCIALACCOUNT_PROVIDERS: '{"myspace": {"APP": {"client_id": "x"}}}' }
  await expect(createTestApp({ env: { ...env, GITHUB_CLIENT_ID: 'x' } })).rejects.toThrow(
    /SOCIALACCOUNT_PROVIDERS knows apple, .*, not myspace\n- SOCIALACCOUNT_PROVIDERS has no secret for github/,
  )
})

test('tells accounts apart by provider where the ids are the same', async () => {
  const app = await anApp()
  app.outside.setExchanges([...facebookKnows(FAY), ...twitterKnows({ ...TIA, id: 10001 })])
  await app.post('facebook/', FB)
  await app.post('twitter/', TW)
  const { accounts } = await stored(app)
  expect(accounts).toEqual(['1 facebook 10001', '2 twitter 10001'])
  const [second] = await app.deps().db.select().from(users).where(eq(users.id, 2))
  expect(second?.username).toBe('tia')
})
