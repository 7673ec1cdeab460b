import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { socialAccounts } from '../../../src/db/schema/social.ts'
import { users } from '../../../src/db/schema/users.ts'
import { deploy } from '../../../src/deployment.ts'
import { waitedFor } from '../../cost/waited.ts'
import { answerOf, cookieAttributesOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { facebookKnows, FAY, TIA, twitterKnows } from '../../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'
import { REQUIRED_ENV } from '../../support/settings.ts'
import { anApp, FAY_BODY, FB, KEY, meOf, refusal, stored, TAKEN, TW } from './social.ts'

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

test('stops at the start where an app cannot work', async () => {
  const env = { SOCIALACCOUNT_PROVIDERS: '{"myspace": {"APP": {"client_id": "x"}}}' }
  const { fault } = deploy({}, { ...REQUIRED_ENV, ...env, GITHUB_CLIENT_ID: 'x' })
  expect(await fault()).toMatch(
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
