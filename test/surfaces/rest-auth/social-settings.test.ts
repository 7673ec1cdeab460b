import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, cookieValuesOf } from '../../support/answer.ts'
import { aUser } from '../../support/app.ts'
import { facebookKnows, FAY } from '../../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'
import { anApp, FB, KEY, refusal, stored, TAKEN } from './social.ts'

// Combinations of allauth's settings in which `exact` did otherwise than allauth, whose rules say what comes of each.

const EXACT = {
  DJANGO_COMPATIBILITY: 'exact',
  ACCOUNT_RATE_LIMITS: 'false',
  FACEBOOK_GRAPH_API_VERSION: 'v25.0',
}
const VOUCHED = { SOCIALACCOUNT_PROVIDERS: '{"facebook": {"VERIFIED_EMAIL": true}}' }
const MANDATORY = { SOCIALACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
const NO_SESSIONS = { SESSION_LOGIN: 'false' }

async function knownApp(env: Readonly<Record<string, string>>, emailVerified: boolean) {
  const app = await anApp({ ...EXACT, ...env }, { users: [aUser({ emailVerified })] })
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: FAY.id })
  return app
}

test.each([
  ['waits for the address', MANDATORY, false, ['sessionid']],
  ['has a verified address', MANDATORY, true, ['csrftoken', 'sessionid']],
  ['needs no verified address', {}, false, ['csrftoken', 'sessionid']],
] as const)('without SESSION_LOGIN, a known person who %s', async (_, env, isVerified, names) => {
  const app = await knownApp({ ...NO_SESSIONS, ...env }, isVerified)
  app.outside.setExchanges(facebookKnows(FAY))
  const login = await app.post('facebook/', FB)
  expect(Object.keys(cookieValuesOf(login))).toEqual(names)
  // The token comes along all the same; a session without an owner shows nobody.
  expect(await answerOf(login)).toEqual({ status: 200, body: KEY })
  const Cookie = `sessionid=${cookieValuesOf(login)['sessionid']}`
  const me = await app.request('user/', { headers: { Cookie } })
  expect(me.status).toBe(names.length === 1 ? 401 : 200)
})

test.each([
  [MANDATORY, ['sessionid']],
  [{ ...MANDATORY, ...VOUCHED }, ['csrftoken', 'sessionid']],
  [{}, ['csrftoken', 'sessionid']],
] as const)('without SESSION_LOGIN, cookies of a new person under %j: %j', async (env, names) => {
  const app = await anApp({ ...EXACT, ...NO_SESSIONS, ...env })
  app.outside.setExchanges(facebookKnows(FAY))
  const login = await app.post('facebook/', FB)
  expect(login.status).toBe(200)
  expect(Object.keys(cookieValuesOf(login))).toEqual(names)
})

test('with SESSION_LOGIN, whoever waits for the address is logged in, as by dj-rest-auth itself', async () => {
  const app = await knownApp({ ...MANDATORY, SESSION_LOGIN: 'true' }, false)
  app.outside.setExchanges(facebookKnows(FAY))
  const login = await app.post('facebook/', FB)
  expect(Object.keys(cookieValuesOf(login))).toEqual(['csrftoken', 'sessionid'])
})

test('links no account whose tokens it would have to store, where the reference crashes', async () => {
  const env = {
    ...EXACT,
    ...VOUCHED,
    SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true',
    SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: 'true',
    SOCIALACCOUNT_STORE_TOKENS: 'true',
  }
  for (const emailVerified of [true, false]) {
    const alice = aUser({ email: FAY.email, emailVerified })
    const app = await anApp(env, { users: [alice] })
    const { db } = app.deps()
    const hashes = () => db.select({ password: users.password }).from(users).where(eq(users.id, 1))
    const before = await hashes()
    app.outside.setExchanges(facebookKnows(FAY))
    expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal('Incorrect value'))
    expect((await stored(app)).accounts).toEqual([])
    expect(await hashes()).toEqual(before)
  }
})

test.each(['true', 'false', 'strict'])(
  'where sign-ups are closed, a taken address is said to be taken under ACCOUNT_PREVENT_ENUMERATION %s',
  async (prevented) => {
    const env = {
      ...EXACT,
      SOCIALACCOUNT_AUTO_SIGNUP: 'false',
      ACCOUNT_PREVENT_ENUMERATION: prevented,
    }
    const app = await anApp(env, { users: [aUser({ email: FAY.email })] })
    app.outside.setExchanges(facebookKnows(FAY))
    expect(await answerOf(app.post('facebook/', FB))).toEqual(refusal(TAKEN))
  },
)
