import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/crypto.ts'
import { refreshFamilies, sessions } from '../../../src/db/schema/credentials.ts'
import { socialAccounts } from '../../../src/db/schema/social.ts'
import { users } from '../../../src/db/schema/users.ts'
import { cookieValuesOf, memberOf } from '../../support/answer.ts'
import { aUser, type TestApp } from '../../support/app.ts'
import { BY_MAIL, codeFromMail, requestCode } from '../../support/mailed.ts'
import { facebookKnows, FAY, TIA, twitterKnows } from '../../support/providers/exchanges.ts'
import { assertionOf, beginPasskeyLogin, FACTORS, seedKey } from '../../support/second-factor.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'
import { anApp, FB, TW } from './social.ts'

// What becomes of the session that a request came in: Django's `login()` and `cycle_key()`, and allauth's logout
// before a social login. The answers are those of the two, asked in the same way.

const PASSWORD = 'right-horse-staple'
const KEYS = { alice: 'a'.repeat(40), bob: 'b'.repeat(40) }
const NEW = { username: 'new', email: 'new@example.com', password1: PASSWORD, password2: PASSWORD }
const STALE = 'abcdefghijklmnopqrstuvwxyz012345'

type Name = 'alice' | 'bob'
type Held = 'none' | 'stale' | 'anonymous' | Name
type Way = keyof typeof WAYS

/** Alice is who logs in; she has both social accounts. Bob has the address that Facebook says of Fay. */
const WAYS = {
  login: ['login/', { username: 'alice', password: PASSWORD }],
  facebook: ['facebook/', FB],
  twitter: ['twitter/', TW],
  registration: ['registration/', NEW],
  'a social sign-up': ['facebook/', FB],
  'a taken address': ['facebook/', FB],
  'a refused token': ['twitter/', TW],
  connect: ['facebook/connect/', FB],
} as const

async function anAppWith(way: Way, env: Record<string, string>): Promise<TestApp> {
  const people = (['alice', 'bob'] as const).map((username) =>
    aUser({ username, tokenKey: KEYS[username] }),
  )
  const given = {
    DJANGO_COMPATIBILITY: 'exact',
    SESSION_LOGIN: 'true',
    ACCOUNT_RATE_LIMITS: 'false',
    KNOWN_DEVICE_COOKIE: '',
    FACEBOOK_GRAPH_API_VERSION: 'v25.0',
    DEFAULT_AUTHENTICATION_CLASSES: '["rest_framework.authentication.TokenAuthentication"]',
  }
  const app = await anApp({ ...given, ...env }, { users: people })
  const userId = await userIdOf(app.deps(), 'alice')
  if (['facebook', 'twitter'].includes(way)) {
    await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: FAY.id })
    await seedSocialAccount(app.deps(), { userId, provider: 'twitter', uid: String(TIA.id) })
  }
  return app
}

function answerFor(app: TestApp, way: Way): void {
  const address = way === 'a taken address' ? 'bob@example.com' : FAY.email
  if (WAYS[way][1] === FB) app.outside.setExchanges(facebookKnows({ ...FAY, email: address }))
  if (way === 'twitter') app.outside.setExchanges(twitterKnows(TIA))
  if (way === 'a refused token') app.outside.setExchanges(twitterKnows({}))
}

async function keyOf(app: TestApp, held: Held): Promise<string> {
  if (held === 'stale') return STALE
  if (held === 'anonymous') {
    app.outside.setExchanges(twitterKnows({}))
    return cookieValuesOf(await app.post('twitter/', TW))['sessionid'] ?? ''
  }
  const login = await app.post('login/', { username: held, password: PASSWORD })
  return cookieValuesOf(login)['sessionid'] ?? ''
}

/** Whom a session logs in. */
async function ownerOf(app: TestApp, key: string): Promise<string> {
  await app.settle()
  const found = await app
    .deps()
    .db.select({ username: users.username })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.keyHash, await sha256Hex(key)))
  return found[0]?.username ?? 'nobody'
}

/** The cookie of the answer, whom it logs in, and whom the session before does. */
type Fate = readonly ['kept' | 'new', string, string?]

async function fateOf(
  way: Way,
  { held, caller, env = {} }: { held: Held; caller?: Name; env?: Record<string, string> },
): Promise<Fate> {
  const app = await anAppWith(way, env)
  const key = held === 'none' ? undefined : await keyOf(app, held)
  answerFor(app, way)
  const [path, body] = WAYS[way]
  const response = await app.post(path, body, {
    ...(key === undefined ? {} : { Cookie: `sessionid=${key}` }),
    ...(caller === undefined ? {} : { Authorization: `Token ${KEYS[caller]}` }),
  })
  const now = cookieValuesOf(response)['sessionid'] ?? ''
  expect(now).toMatch(/^[a-z0-9]{32}$/)
  if (now === key) return ['kept', await ownerOf(app, now)]
  const owner = await ownerOf(app, now)
  return key === undefined ? ['new', owner] : ['new', owner, await ownerOf(app, key)]
}

/** Of a request in no session, one that is over, an empty one, Alice's, and Bob's. */
function rows(way: Way, caller: Name | undefined, fates: readonly Fate[]) {
  const helds: readonly Held[] = ['none', 'stale', 'anonymous', 'alice', 'bob']
  return fates.map((fate, index) => [way, caller, helds[index] ?? 'none', fate] as const)
}

const ALICES: Fate = ['new', 'alice', 'nobody']
const NEW_ONES: Fate = ['new', 'new', 'nobody']
const FAYS: Fate = ['new', 'fay', 'nobody']
const EMPTY: Fate = ['new', 'nobody', 'nobody']
const FIRST: Fate = ['new', 'nobody']
const KEPT_EMPTY: Fate = ['kept', 'nobody']
const AS_IT_IS: readonly Fate[] = [FIRST, EMPTY, KEPT_EMPTY, ['kept', 'alice'], ['kept', 'bob']]
const CONTINUED: readonly Fate[] = [['new', 'alice'], ALICES, ALICES, ['kept', 'alice'], ALICES]
const REPLACED: readonly Fate[] = [['new', 'alice'], ALICES, ALICES, ALICES, ALICES]

const EITHER = [
  ...rows('login', undefined, CONTINUED),
  ...rows('login', 'alice', CONTINUED),
  ...rows('login', 'bob', CONTINUED),
  ...rows('facebook', undefined, CONTINUED),
  ...rows('facebook', 'alice', REPLACED),
  ...rows('facebook', 'bob', REPLACED),
  ...rows('registration', undefined, [['new', 'new'], NEW_ONES, NEW_ONES, NEW_ONES, NEW_ONES]),
  ...rows('registration', 'bob', [['new', 'new'], NEW_ONES, NEW_ONES, NEW_ONES, NEW_ONES]),
  ...rows('a social sign-up', undefined, [['new', 'fay'], FAYS, FAYS, FAYS, FAYS]),
  ...rows('a social sign-up', 'bob', [['new', 'fay'], FAYS, FAYS, FAYS, FAYS]),
  ...rows('connect', 'alice', CONTINUED),
]

test.each([
  ...EITHER,
  ...rows('twitter', undefined, CONTINUED),
  ...rows('twitter', 'bob', REPLACED),
  ...rows('a taken address', undefined, AS_IT_IS),
  ...rows('a taken address', 'alice', [FIRST, EMPTY, EMPTY, EMPTY, EMPTY]),
  ...rows('a refused token', undefined, AS_IT_IS),
  ...rows('a refused token', 'alice', AS_IT_IS),
])('%s of the caller %s in the session of %s: %j', async (way, caller, held, fate) => {
  expect(await fateOf(way, { held, ...(caller === undefined ? {} : { caller }) })).toEqual(fate)
})

// Empty sessions are the reference's alone.
test.each(EITHER.filter(([, , held]) => held !== 'anonymous'))(
  'safe: %s of the caller %s in the session of %s: %j',
  async (way, caller, held, fate) => {
    const env = { DJANGO_COMPATIBILITY: 'safe' }
    const fateThere = fateOf(way, { held, env, ...(caller === undefined ? {} : { caller }) })
    expect(await fateThere).toEqual(fate)
  },
)

test.each(rows('registration', undefined, AS_IT_IS))(
  '%s that waits for a mail, of %s, in the session of %s: %j',
  async (way, _, held, fate) => {
    const env = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
    expect(await fateOf(way, { held, env })).toEqual(fate)
  },
)

test('no session goes on once the password has changed', async () => {
  const app = await anAppWith('login', {})
  const key = await keyOf(app, 'alice')
  const alice = eq(users.username, 'alice')
  const [row] = await app.deps().db.select().from(users).where(alice)
  const [other] = await app.deps().db.select().from(users).where(eq(users.username, 'bob'))
  await app
    .deps()
    .db.update(users)
    .set({ password: other?.password ?? '' })
    .where(alice)
  const login = await app.post(
    'login/',
    { username: 'alice', password: PASSWORD },
    { Cookie: `sessionid=${key}` },
  )
  expect(row?.password).not.toBe(other?.password)
  expect(cookieValuesOf(login)['sessionid']).not.toBe(key)
  expect(await ownerOf(app, key)).toBe('nobody')
})

test.each([
  ['alice', 'kept'],
  ['bob', 'new'],
] as const)('a login by passkey in the session of %s: %s', async (held, fate) => {
  const app = await anAppWith('login', FACTORS)
  await seedKey(app, 'key')
  const key = await keyOf(app, held)
  const { challenge, session_id } = await beginPasskeyLogin(app)
  const body = { credential: assertionOf('key', challenge), session_id }
  const login = await app.post('passkeys/login/complete/', body, { Cookie: `sessionid=${key}` })
  const now = cookieValuesOf(login)['sessionid'] ?? ''
  expect(await ownerOf(app, now)).toBe('alice')
  expect(now === key ? 'kept' : 'new').toBe(fate)
  expect(await ownerOf(app, key)).toBe(fate === 'kept' ? 'alice' : 'nobody')
})

test('a sign-up by a mailed code ends the session of someone else', async () => {
  const app = await anAppWith('login', {
    ...BY_MAIL,
    DJANGO_COMPATIBILITY: 'safe',
    ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
  })
  const key = await keyOf(app, 'bob')
  const handle = await requestCode(app, 'carol@example.com')
  const body = { handle, code: await codeFromMail(app) }
  const answer = await app.post('login/code/confirm/', body, { Cookie: `sessionid=${key}` })
  const now = cookieValuesOf(answer)['sessionid'] ?? ''
  expect([await ownerOf(app, now), await ownerOf(app, key)]).toEqual(['carol', 'nobody'])
})

test('so does a social sign-up that is finished with a ticket', async () => {
  const app = await anAppWith('facebook', {
    DJANGO_COMPATIBILITY: 'safe',
    SOCIAL_SIGNUP: 'true',
    SOCIALACCOUNT_EMAIL_REQUIRED: 'true',
  })
  await app.deps().db.delete(socialAccounts)
  const key = await keyOf(app, 'bob')
  app.outside.setExchanges(facebookKnows({ ...FAY, email: '' }))
  const token = await memberOf(app.post('facebook/', FB), 'signup_token')
  const body = { signup_token: token, email: FAY.email }
  const answer = await app.post('social/signup/', body, { Cookie: `sessionid=${key}` })
  const now = cookieValuesOf(answer)['sessionid'] ?? ''
  expect([await ownerOf(app, now), await ownerOf(app, key)]).toEqual(['fay', 'nobody'])
})

test('who connects in a session of an older secret goes on in another, with a login that lives', async () => {
  const older = { SECRET_KEY: 'an-older-secret-key-of-more-than-32-bytes' }
  const key = await keyOf(await anAppWith('connect', older), 'alice')
  const app = await anApp(
    {
      SECRET_KEY_FALLBACKS: older.SECRET_KEY,
      SESSION_LOGIN: 'true',
      USE_JWT: 'true',
      FACEBOOK_GRAPH_API_VERSION: 'v25.0',
      DEFAULT_AUTHENTICATION_CLASSES: '["SessionAuthentication"]',
    },
    { data: 'kept' },
  )
  answerFor(app, 'connect')
  const headers = { Cookie: `sessionid=${key}`, Origin: 'https://auth.example.com' }
  const answer = await app.post('facebook/connect/', FB, headers)
  expect(answer.status).toBe(200)
  const now = cookieValuesOf(answer)['sessionid'] ?? ''
  expect([await ownerOf(app, now), await ownerOf(app, key)]).toEqual(['alice', 'nobody'])
  const logins = await app.deps().db.select().from(refreshFamilies)
  expect(logins).toMatchObject([{ revokedAt: null }])
})
