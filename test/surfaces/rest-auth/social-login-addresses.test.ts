import { expect, test } from 'vitest'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { answerOf, cookieAttributesOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser, type TestApp } from '../../support/app.ts'
import { jsonExchange } from '../../support/fake-fetch.ts'
import { codeFromMail } from '../../support/mailed.ts'
import {
  facebookKnows,
  FAY,
  TIA,
  TWITTER_VERIFY,
  twitterKnows,
} from '../../support/providers/exchanges.ts'
import { seedSocialAccount, seedUser, userIdOf } from '../../support/seed.ts'
import { anApp, FB, KEY, meOf, refusal, stored, TAKEN, TW } from './social.ts'

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
  ['AUTO_SIGNUP is off', { SOCIALACCOUNT_AUTO_SIGNUP: 'false' }, FAY, 'Sign-up is closed.'],
  [
    'there must be an address',
    { SOCIALACCOUNT_EMAIL_REQUIRED: 'true' },
    { ...FAY, email: '' },
    'The provider gave no e-mail address, and one is needed.',
  ],
  [
    'a sign-up must name one',
    { ACCOUNT_SIGNUP_FIELDS: 'email*,password1*' },
    { ...FAY, email: '' },
    'The provider gave no e-mail address, and one is needed.',
  ],
])('makes no account where %s, and says so', async (_, env, person, message) => {
  const app = await anApp(env)
  app.outside.setExchanges(facebookKnows(person))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(message))
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

const EXACT = {
  DJANGO_COMPATIBILITY: 'exact',
  SOCIALACCOUNT_QUERY_EMAIL: 'true',
  FACEBOOK_GRAPH_API_VERSION: 'v25.0',
}
const MODES: readonly Readonly<Record<string, string>>[] = [{}, EXACT]
const CONFIRM = '[example.com] Please Confirm Your Email Address'
const EXISTS = '[example.com] Account Already Exists'

/** Alice, who is known at Facebook and has proved no address, unless told. */
async function known(
  env: Readonly<Record<string, string>>,
  emailVerified: boolean | null = false,
): Promise<TestApp> {
  const app = await anApp(env, { users: [aUser({ emailVerified })] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
  return app
}

async function mailsOf(app: TestApp): Promise<readonly string[]> {
  await app.settle()
  return app.mailbox.map(({ to, subject }) => `${to} ${subject}`)
}

test.each([
  ['exact', { ...MANDATORY, ...EXACT }, false, 200],
  ['exact', { ...EXACT, SOCIALACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, false, 200],
  ['exact, of an account without a row of it', { ...MANDATORY, ...EXACT }, null, 200],
  ['safe', MANDATORY, false, 400],
  ['safe, of an account without a row of it', MANDATORY, null, 400],
] as const)(
  'mails a known account whose address is unverified: %s',
  async (_, env, row, status) => {
    const app = await known(env, row)
    expect((await app.post('facebook/', FB)).status).toBe(status)
    expect(await mailsOf(app)).toEqual([`alice@example.com ${CONFIRM}`])
    const key = /account-confirm-email\/([^/\s]+)\//.exec(app.mailbox[0]?.text ?? '')?.[1]
    expect((await app.post('registration/verify-email/', { key })).status).toBe(200)
    expect((await app.post('facebook/', FB)).status).toBe(200)
    expect(await mailsOf(app)).toHaveLength(1)
  },
)

test.each([
  ['the address is verified', MANDATORY, true],
  ['nobody must verify', {}, false],
] as const)('mails no known account where %s', async (_, env, row) => {
  for (const mode of MODES) {
    const app = await known({ ...env, ...mode }, row)
    expect((await app.post('facebook/', FB)).status).toBe(200)
    expect(await mailsOf(app)).toEqual([])
  }
})

test('mails for logins as seldom as the rate of confirm_email says', async () => {
  for (const begin of [known, anApp]) {
    const app = await begin(MANDATORY)
    // Of the second one, the first login is the sign-up, which mails and counts.
    app.outside.setExchanges(facebookKnows(FAY))
    const counts: number[] = []
    for (const seconds of [0, 60, 119, 2]) {
      app.clock.advance(seconds)
      expect(await answerOf(app.post('facebook/', FB))).toEqual(UNVERIFIED)
      counts.push((await mailsOf(app)).length)
    }
    expect(counts).toEqual([1, 1, 1, 2])
    // Nobody who asks for another one is told that somebody has just logged in.
    const { email } = (await app.deps().db.select().from(emailAddresses))[0] ?? { email: '' }
    expect((await app.post('registration/resend-email/', { email })).status).toBe(200)
  }
})

test('mails on and on without rates, as exact has none', async () => {
  const app = await known({ ...MANDATORY, ...EXACT })
  for (const _ of [1, 2]) await app.post('facebook/', FB)
  expect(await mailsOf(app)).toHaveLength(2)
})

test('mails a code to a known account where codes verify, and answers its handle', async () => {
  const app = await known({ ...MANDATORY, ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true' })
  const handle = await memberOf(app.post('facebook/', FB), 'handle')
  // Within the rate there is no other code, but a handle: as where the address is another account's.
  expect(await memberOf(app.post('facebook/', FB), 'handle')).toHaveLength(handle.length)
  const code = await codeFromMail(app)
  expect((await app.post('registration/verify-email/', { handle, code })).status).toBe(200)
  expect((await app.post('facebook/', FB)).status).toBe(200)
})

test('by a code, a second login does not tell whether the address was free', async () => {
  const env = { ...MANDATORY, ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true' }
  const kindsFor = async (email: string) => {
    const app = await anApp(env, { users: [aUser({ email })] })
    app.outside.setExchanges(facebookKnows(FAY))
    const answers = [await answerOf(app.post('facebook/', FB))]
    answers.push(await answerOf(app.post('facebook/', FB)))
    return answers.map(({ status, body }) => [status, Object.keys(body as object)])
  }
  const free = await kindsFor('alice@example.com')
  expect(free[0]).toEqual([400, ['non_field_errors', 'handle']])
  expect(await kindsFor('fay@example.com')).toEqual(free)
})

test('mails nobody who has an address that another account has verified', async () => {
  for (const mode of MODES) {
    const app = await known({ ...MANDATORY, ...mode })
    await seedUser(app.deps(), aUser({ username: 'bob', email: 'alice@example.com' }))
    await app.post('facebook/', FB)
    expect(await mailsOf(app)).toEqual([])
  }
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

test.each([
  ['its owner is told', {}, [`tia@example.com ${EXISTS}`]],
  ['nobody where existing accounts are no secret', { ACCOUNT_PREVENT_ENUMERATION: 'false' }, []],
] as const)('of a taken address at Twitter where all have to verify, %s', async (_, env, mails) => {
  const app = await anApp(
    { ...EXACT, ...MANDATORY, ...env },
    { users: [aUser({ email: 'tia@example.com' })] },
  )
  app.outside.setExchanges(twitterKnows(TIA))
  expect(await answerOf(app.post('twitter/', TW))).toEqual({ status: 200, body: KEY })
  expect(await mailsOf(app)).toEqual(mails)
  // The second account never verifies the first one's address.
  expect((await app.post('twitter/', TW)).status).toBe(200)
  expect(await mailsOf(app)).toEqual(mails)
})

test('leaves an empty session at Twitter where a taken address opens none', async () => {
  const env = { ...EXACT, SESSION_LOGIN: 'false' }
  const app = await anApp(env, { users: [aUser({ email: 'tia@example.com' })] })
  app.outside.setExchanges(twitterKnows(TIA))
  const response = await app.post('twitter/', TW)
  expect(Object.keys(cookieAttributesOf(response))).toEqual(['sessionid'])
  const me = await app.request('user/', { headers: { Cookie: cookieHeaderOf(response) } })
  expect(me.status).toBe(401)
  const again = await app.post('twitter/', TW)
  expect(Object.keys(cookieAttributesOf(again)).sort()).toEqual(['csrftoken', 'sessionid'])
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
  const exact = { ...TRUSTED, ...EXACT }
  const app = await anApp(exact, { users: [aUser({ email: 'fay@example.com' })] })
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
})
