/**
 * An attacker's login, refresh or connect is under way while the owner takes the account back. Every
 * interleaving is played: the owner's whole request happens before the second, the third, … call that the
 * attacker's request makes to the database, and after the last.
 */
import { describe, expect, test } from 'vitest'
import { deactivateAccount } from '../../src/core/accounts/operator.ts'
import { socialAccounts } from '../../src/db/schema/social.ts'
import { users } from '../../src/db/schema/users.ts'
import { cookieHeaderOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { hashOf, seedSocialAccount } from '../support/seed.ts'

const OLD = 'right-horse-staple'
const NEW = 'another-horse-staple'
const ENV = { ...SOCIAL_ENV, ACCOUNT_RATE_LIMITS: 'false', KNOWN_DEVICE_COOKIE: '' }
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const FB = { access_token: 'fb-token' }

/** How the owner, or the operator, takes the account back. */
const RECOVERIES = {
  'a password change': async (app: TestApp, owner: Headers) => {
    const body = { new_password1: NEW, new_password2: NEW }
    expect((await app.post('password/change/', body, owner)).status).toBe(200)
  },
  'a password reset': async (app: TestApp) => {
    await app.post('password/reset/', { email: 'alice@example.com' })
    await app.settle()
    const mail = app.mailbox.findLast(({ text }) => text.includes('/confirm/'))
    const [, uid, token] = /confirm\/([^/]+)\/([^/]+)\//.exec(mail?.text ?? '') ?? []
    const body = { uid, token, new_password1: NEW, new_password2: NEW }
    expect((await app.post('password/reset/confirm/', body)).status).toBe(200)
  },
  'a deactivation': async (app: TestApp) => {
    expect(await deactivateAccount(app.deps(), 1)).toBe('changed')
  },
  'a logout everywhere': async (app: TestApp, owner: Headers) => {
    expect((await app.post('logout/all/', undefined, owner)).status).toBe(200)
  },
} as const

/** What the attacker does; `begin` is done before anything is raced. */
type Attack = {
  readonly env: Readonly<Record<string, string>>
  readonly begin?: (app: TestApp) => Promise<unknown>
  readonly run: (app: TestApp, begun: unknown) => Promise<Response>
}

const logIn = (app: TestApp): Promise<Response> =>
  app.post('login/', { username: 'alice', password: OLD })

async function connectFacebook(app: TestApp): Promise<void> {
  await seedSocialAccount(app.deps(), { userId: 1, provider: 'facebook', uid: '10001' })
  app.outside.setExchanges(facebookKnows(FAY))
}

async function rest(response: Response): Promise<Record<string, string>> {
  return response.json()
}

async function weakenHash(app: TestApp): Promise<void> {
  const settings = { ...app.settings, PASSWORD_PBKDF2_ITERATIONS: 500 }
  const password = await hashOf({ ...app.deps(), settings }, OLD)
  await app.deps().db.update(users).set({ password })
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  'a login for a key': { env: {}, run: logIn },
  'a login for a session': { env: { TOKEN_MODEL: 'null', SESSION_LOGIN: 'true' }, run: logIn },
  'a login for a JWT pair': { env: JWT, run: logIn },
  'a login for all cookies': {
    env: { ...JWT, SESSION_LOGIN: 'true', JWT_AUTH_COOKIE: 'acc' },
    run: logIn,
  },
  'a login that stores a better hash': { env: {}, begin: weakenHash, run: logIn },
  'a JWT login that stores a better hash': { env: JWT, begin: weakenHash, run: logIn },
  'a social login for a key': {
    env: {},
    begin: connectFacebook,
    run: (app) => app.post('facebook/', FB),
  },
  'a social login for a JWT pair': {
    env: JWT,
    begin: connectFacebook,
    run: (app) => app.post('facebook/', FB),
  },
  'a refresh': {
    env: JWT,
    begin: async (app) => (await rest(await logIn(app)))['refresh'],
    run: (app, refresh) => app.post('token/refresh/', { refresh }),
  },
  'a refresh without rotation': {
    env: { ...JWT, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false' },
    begin: async (app) => (await rest(await logIn(app)))['refresh'],
    run: (app, refresh) => app.post('token/refresh/', { refresh }),
  },
}

type Race = { readonly app: TestApp; readonly response: Response; readonly databaseCalls: number }

/** Has the owner act before the call to the database with that number; never, where there are fewer. */
async function race(
  attack: Attack,
  recover: (app: TestApp, owner: Headers) => Promise<void>,
  before: number,
): Promise<Race> {
  const env = { ...ENV, ...attack.env }
  const app = await createTestApp({ env, users: [aUser()] })
  const owner = await ownersHeaders(app)
  const begun = await attack.begin?.(app)
  await app.settle()
  let databaseCalls = 0
  let isRecovering = false
  app.outside.interceptDatabase(async (request, pass) => {
    if (isRecovering) return pass(request)
    databaseCalls += 1
    if (databaseCalls === before) {
      isRecovering = true
      await recover(app, owner)
      isRecovering = false
    }
    return pass(request)
  })
  const response = await attack.run(app, begun)
  await app.settle()
  app.outside.interceptDatabase(undefined)
  if (databaseCalls < before) await recover(app, owner)
  await app.settle()
  return { app, response, databaseCalls }
}

/** The owner comes by a way of their own, so that the attacker's login has something to write. */
async function ownersHeaders(app: TestApp): Promise<Headers> {
  const login = await logIn(app)
  await app.settle()
  if (login.status === 204) {
    const cookies = cookieHeaderOf(login)
    const csrf = /csrftoken=([^;]+)/.exec(cookies)?.[1] ?? ''
    const Origin = 'https://auth.example.com'
    return new Headers({ Cookie: cookies, 'X-CSRFToken': csrf, Origin })
  }
  const { key, access } = await rest(login)
  return new Headers({ Authorization: key === undefined ? `Bearer ${access}` : `Token ${key}` })
}

/** What of an answer still opens the account. */
async function usable(app: TestApp, response: Response): Promise<readonly string[]> {
  const cookies = cookieHeaderOf(response)
  const { key, access, refresh } = response.status === 200 ? await rest(response) : {}
  const opens = async (headers: HeadersInit) =>
    (await app.request('user/', { headers })).status === 200
  const found: string[] = []
  if (key !== undefined && (await opens({ Authorization: `Token ${key}` }))) found.push('key')
  if (access !== undefined && (await opens({ Authorization: `Bearer ${access}` }))) {
    found.push('access')
  }
  if (cookies !== '' && (await opens({ Cookie: cookies }))) found.push('cookies')
  if (refresh !== undefined && (await app.post('token/refresh/', { refresh })).status === 200) {
    found.push('refresh')
  }
  return found
}

describe.each(Object.entries(RECOVERIES))('%s', (name, recover) => {
  // A login whose password is still right is a new login.
  const attacks = Object.entries(ATTACKS).filter(
    ([attack]) => name !== 'a logout everywhere' || attack.includes('refresh'),
  )

  test.each(attacks)('leaves nothing of %s that is under way', async (_name, attack) => {
    // The first call reads what is to be proved; before it the login would be a new one.
    let before = 2
    for (;;) {
      const { app, response, databaseCalls } = await race(attack, recover, before)
      expect({ before, usable: await usable(app, response) }).toEqual({ before, usable: [] })
      if (databaseCalls < before) break
      before += 1
    }
  })

  test('stops a connect that is under way', async () => {
    const connect: Attack = {
      env: {},
      begin: async (app) => {
        app.outside.setExchanges(facebookKnows(FAY))
        return (await rest(await logIn(app)))['key']
      },
      run: (app, key) =>
        app.post('facebook/connect/', FB, { Authorization: `Token ${String(key)}` }),
    }
    // Authentication, the look-up, the batch that connects.
    for (const before of [2, 3]) {
      const { app, response } = await race(connect, recover, before)
      const connected = await app.deps().db.select({ id: socialAccounts.id }).from(socialAccounts)
      expect({ before, status: response.status, connected }).toEqual({
        before,
        status: 401,
        connected: [],
      })
    }
  })
})

test('a logout of the stolen token stops a connect that is under way', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()] })
  const { key } = await rest(await logIn(app))
  const headers = { Authorization: `Token ${key}` }
  app.outside.setExchanges(facebookKnows(FAY))
  let calls = 0
  app.outside.interceptDatabase(async (request, pass) => {
    calls += 1
    if (calls === 3) expect((await app.post('logout/', undefined, headers)).status).toBe(200)
    return pass(request)
  })
  expect((await app.post('facebook/connect/', FB, headers)).status).toBe(401)
  app.outside.interceptDatabase(undefined)
  expect(await app.deps().db.select({ id: socialAccounts.id }).from(socialAccounts)).toEqual([])
})

test('exact: a reset refuses a login that is under way, though it leaves older tokens alive', async () => {
  const env = { ...ENV, DJANGO_COMPATIBILITY: 'exact' }
  const app = await createTestApp({ env, users: [aUser()] })
  let calls = 0
  app.outside.interceptDatabase(async (request, pass) => {
    calls += 1
    if (calls === 2) {
      const password = await hashOf(app.deps(), NEW)
      await app.deps().db.update(users).set({ password })
    }
    return pass(request)
  })
  const response = await logIn(app)
  app.outside.interceptDatabase(undefined)
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 400,
    body: { non_field_errors: ['Unable to log in with provided credentials.'] },
  })
})

test('two logins at once that both store a better hash are both right', async () => {
  const app = await createTestApp({ env: ENV, users: [aUser()] })
  await weakenHash(app)
  const answers = await Promise.all([logIn(app), logIn(app), logIn(app)])
  const keys = await Promise.all(answers.map(async (answer) => (await rest(answer))['key']))
  expect(new Set(keys).size).toBe(1)
  const headers = { Authorization: `Token ${keys[0]}` }
  expect((await app.request('user/', { headers })).status).toBe(200)
})
