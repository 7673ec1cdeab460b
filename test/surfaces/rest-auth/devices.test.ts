import { describe, expect, test } from 'vitest'
import { deviceTokens, sessions } from '../../../src/db/schema/credentials.ts'
import { answerOf, cookieValuesOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const PASSWORD = 'right-horse-staple'
const OLD_KEY = '0123456789abcdef0123456789abcdef01234567'
const ON = { TOKEN_PER_DEVICE: 'true', SESSION_DEVICES: 'true' }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const BAD_TOKEN = { status: 401, body: { detail: 'Invalid token.' } }

type Listed = {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly is_current: boolean
  readonly last_used_at: string
}

async function withAlice(env: Record<string, unknown> = ON): Promise<TestApp> {
  return createTestApp({
    env,
    users: [aUser(), aUser({ username: 'bob' })],
    client: { country: 'NL', city: 'Utrecht' },
  })
}

async function logIn(app: TestApp, username = 'alice', userAgent = FIREFOX): Promise<string> {
  const login = { username, password: PASSWORD }
  const response = await app.post('login/', login, { 'User-Agent': userAgent })
  expect(response.status).toBe(200)
  await app.settle()
  return memberOf(response, 'key')
}

const as = (key: string) => ({ Authorization: `Token ${key}` })
const userStatus = async (app: TestApp, key: string) =>
  (await app.request('user/', { headers: as(key) })).status

async function list(app: TestApp, key: string): Promise<readonly Listed[]> {
  const response = await app.request('sessions/', { headers: as(key) })
  expect(response.status).toBe(200)
  return (await response.json()) as readonly Listed[]
}

describe('a token per device', () => {
  test('every login has a key of its own; nothing that is stored logs anybody in', async () => {
    const app = await withAlice()
    const [one, two] = [await logIn(app), await logIn(app)]
    expect(one).toMatch(/^[0-9a-f]{40}$/)
    expect(one).not.toBe(two)
    expect(await userStatus(app, one)).toBe(200)
    expect(await userStatus(app, two)).toBe(200)
    const stored = JSON.stringify(await app.deps().db.select().from(deviceTokens))
    expect(stored).not.toContain(one)
    expect(stored).not.toContain(two)
  })

  test('an account has no more of them than are listed: the ones used longest ago end', async () => {
    const app = await withAlice()
    const used = await logIn(app)
    const others = await logIn(app, 'bob')
    const { db, now } = app.deps()
    const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
    await db.insert(deviceTokens).values(
      Array.from({ length: 250 }, (_item, index) => ({
        keyHash: `old-${index}`,
        userId: 1,
        createdAt: before(9_999),
        lastUsedAt: before(1 + index),
      })),
    )
    const newest = await logIn(app)
    const kept = await db.select().from(deviceTokens)
    expect(kept.filter(({ userId }) => userId === 1)).toHaveLength(200)
    expect(kept.map(({ keyHash }) => keyHash)).toContain('old-197')
    for (const key of [used, newest, others]) expect(await userStatus(app, key)).toBe(200)
  })

  test('a login costs what a login with a new token costs, and a statement that ends old ones', async () => {
    const app = await withAlice()
    const { waited } = await app.costOf(() => logIn(app))
    const plain = await withAlice({})
    const { roundTrips, statements } = (await plain.costOf(() => logIn(plain))).waited
    expect(waited).toEqual({ roundTrips, statements: statements + 1 })
  })

  test('logging out ends one', async () => {
    const app = await withAlice()
    const [one, two] = [await logIn(app), await logIn(app)]
    expect((await app.post('logout/', undefined, as(one))).status).toBe(200)
    expect(await userStatus(app, one)).toBe(401)
    expect(await userStatus(app, two)).toBe(200)
  })

  test('keys from before go on, and end with a logout', async () => {
    const app = await createTestApp({ env: ON, users: [aUser({ tokenKey: OLD_KEY })] })
    const own = await logIn(app)
    expect(own).not.toBe(OLD_KEY)
    expect(await userStatus(app, OLD_KEY)).toBe(200)
    expect((await list(app, own)).map(({ kind }) => kind)).toEqual(['token', 'token'])
    expect((await app.post('logout/', undefined, as(OLD_KEY))).status).toBe(200)
    expect(await userStatus(app, OLD_KEY)).toBe(401)
    expect(await userStatus(app, own)).toBe(200)
  })

  test.each([
    [
      'password/change/',
      { new_password1: 'another-fine-horse', new_password2: 'another-fine-horse' },
    ],
    ['logout/all/', undefined],
  ])('%s ends all of them', async (path, body) => {
    const app = await withAlice()
    const [one, two] = [await logIn(app), await logIn(app)]
    const bob = await logIn(app, 'bob')
    expect((await app.post(path, body, as(one))).status).toBe(200)
    expect([await userStatus(app, one), await userStatus(app, two)]).toEqual([401, 401])
    expect(await userStatus(app, bob)).toBe(200)
  })

  test('a change needs the token that it came by to be alive still', async () => {
    const app = await withAlice({ ...ON, EMAIL_MANAGEMENT: 'true' })
    const key = await logIn(app)
    expect((await app.post('emails/', { email: 'x@example.com' }, as(key))).status).toBe(201)
  })

  test('a deactivated account’s tokens open nothing', async () => {
    const app = await createTestApp({ env: ON, users: [aUser({ isActive: true })] })
    const key = await logIn(app)
    await app.deps().db.run('update users set is_active = 0')
    expect(await answerOf(app.request('user/', { headers: as(key) }))).toEqual({
      status: 401,
      body: { detail: 'User inactive or deleted.' },
    })
  })
})

describe('sessions/', () => {
  test('says where, when and with what the caller is logged in', async () => {
    const app = await withAlice()
    await logIn(app, 'alice', 'curl/8.5.0')
    app.clock.advance(60)
    const here = await logIn(app)
    await logIn(app, 'bob')
    const { status, body } = await answerOf(app.request('sessions/', { headers: as(here) }))
    expect(status).toBe(200)
    expect(body).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        kind: 'token',
        name: '',
        device: { browser: 'Firefox', system: 'Linux', kind: 'desktop' },
        user_agent: FIREFOX,
        country: 'NL',
        city: 'Utrecht',
        created_at: expect.stringMatching(/Z$/) as unknown,
        last_used_at: expect.stringMatching(/Z$/) as unknown,
        expires_at: null,
        is_current: true,
      },
      expect.objectContaining({
        device: { browser: 'curl', system: '', kind: 'program' },
        is_current: false,
      }),
    ])
  })

  test('has sessions beside tokens, and JWT logins beside sessions', async () => {
    const app = await withAlice({ ...ON, SESSION_LOGIN: 'true' })
    const key = await logIn(app)
    expect((await list(app, key)).map(({ kind }) => kind).toSorted()).toEqual(['session', 'token'])
    const jwt = await createTestApp({
      env: { ...ON, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', SESSION_LOGIN: 'true' },
      data: 'kept',
    })
    const pair = await jwt.post('login/', { username: 'alice', password: PASSWORD })
    await jwt.settle()
    const headers = { Authorization: `Bearer ${await memberOf(pair, 'access')}` }
    const listed = (await (await jwt.request('sessions/', { headers })).json()) as readonly Listed[]
    expect(listed.map(({ kind }) => kind).toSorted()).toEqual([
      'jwt',
      'session',
      'session',
      'token',
    ])
    expect(listed.filter(({ is_current }) => is_current).map(({ kind }) => kind)).toEqual(['jwt'])
  })

  test('names one', async () => {
    const app = await withAlice()
    const key = await logIn(app)
    const [own] = await list(app, key)
    const rename = (id: string, body: unknown) =>
      answerOf(
        app.request(`sessions/${id}/`, {
          method: 'PATCH',
          headers: { ...as(key), 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    const id = own?.id ?? ''
    expect(await rename(id, { name: 'My laptop' })).toEqual({
      status: 200,
      body: { id, name: 'My laptop' },
    })
    expect((await list(app, key))[0]?.name).toBe('My laptop')
    expect(await rename(id, { name: 'x'.repeat(101) })).toEqual({
      status: 400,
      body: { name: ['Ensure this field has no more than 100 characters.'] },
    })
    expect((await rename('ab'.repeat(16), { name: 'x' })).status).toBe(404)
    const bob = await logIn(app, 'bob')
    const [bobs] = await list(app, bob)
    expect((await rename(bobs?.id ?? '', { name: 'x' })).status).toBe(404)
  })

  test('ends one, and all others', async () => {
    const app = await withAlice({ ...ON, SESSION_LOGIN: 'true' })
    const [one, two, three] = [await logIn(app), await logIn(app), await logIn(app)]
    const bob = await logIn(app, 'bob')
    const end = (path: string) =>
      app.request(`sessions/${path}`, { method: 'DELETE', headers: as(three) })
    const ids = await list(app, one)
    const idOfOne = ids.find(({ is_current }) => is_current)?.id ?? ''
    const [bobs] = await list(app, bob)
    expect((await end(`${bobs?.id}/`)).status).toBe(404)
    expect((await end(`${idOfOne}/`)).status).toBe(204)
    expect((await end(`${idOfOne}/`)).status).toBe(404)
    expect([await userStatus(app, one), await userStatus(app, two)]).toEqual([401, 200])
    expect((await end('')).status).toBe(200)
    expect([await userStatus(app, two), await userStatus(app, three)]).toEqual([401, 200])
    expect(await userStatus(app, bob)).toBe(200)
    expect((await list(app, three)).length).toBe(1)
  })

  test.each(['GET', 'DELETE'])('%s waits for the caller and for one round trip', async (method) => {
    const app = await withAlice()
    const key = await logIn(app)
    const { waited } = await app.costOf(() =>
      app.request('sessions/', { method, headers: as(key) }),
    )
    expect(waited.roundTrips).toBe(2)
  })

  test('without SESSION_DEVICES there is none in token mode, and no name', async () => {
    const app = await withAlice({ TOKEN_PER_DEVICE: 'true' })
    const key = await logIn(app)
    expect((await app.request('sessions/', { headers: as(key) })).status).toBe(404)
    const jwt = await createTestApp({
      env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' },
      data: 'kept',
    })
    const access = await memberOf(
      jwt.post('login/', { username: 'alice', password: PASSWORD }),
      'access',
    )
    const headers = { Authorization: `Bearer ${access}` }
    const patch = await jwt.request('sessions/abcd/', { method: 'PATCH', headers })
    expect(patch.status).toBe(405)
  })
})

describe('uses', () => {
  test('are recorded after the answer, at most once in five minutes', async () => {
    const app = await withAlice()
    const key = await logIn(app)
    const use = () => app.costOf(() => app.request('user/', { headers: as(key) }))
    app.clock.advance(299)
    const early = await use()
    expect(early.total).toEqual(early.waited)
    app.clock.advance(1)
    const due = await use()
    expect(due.waited).toEqual(early.waited)
    expect(due.total.statements).toBe(due.waited.statements + 1)
    expect((await use()).total).toEqual(early.total)
    const [own] = await list(app, key)
    expect(own?.last_used_at).toBe(app.clock.now().toISOString().replace('Z', '000Z'))
  })

  test('are not recorded where nobody asks for them', async () => {
    const app = await withAlice({ TOKEN_PER_DEVICE: 'true' })
    const key = await logIn(app)
    app.clock.advance(3600)
    const { total, waited } = await app.costOf(() => app.request('user/', { headers: as(key) }))
    expect(total).toEqual(waited)
  })
})

describe('lifetimes', () => {
  const LIVES = { LOGIN_LIFETIME_SECONDS: '7200', LOGIN_IDLE_SECONDS: '1200' }

  test('a token ends when it is idle, and at the end of its life', async () => {
    const app = await withAlice({ ...ON, ...LIVES })
    const idle = await logIn(app)
    const used = await logIn(app)
    for (let minutes = 0; minutes < 110; minutes += 10) {
      app.clock.advance(600)
      expect(await userStatus(app, used)).toBe(200)
      await app.settle()
    }
    expect(await answerOf(app.request('user/', { headers: as(idle) }))).toEqual(BAD_TOKEN)
    app.clock.advance(600)
    expect(await answerOf(app.request('user/', { headers: as(used) }))).toEqual(BAD_TOKEN)
  })

  test('so does a session', async () => {
    const env = { SESSION_LOGIN: 'true', TOKEN_MODEL: 'null', ...LIVES }
    const app = await withAlice(env)
    const open = async () => {
      const response = await app.post('login/', { username: 'alice', password: PASSWORD })
      return { Cookie: `sessionid=${cookieValuesOf(response)['sessionid'] ?? ''}` }
    }
    const [idle, used] = [await open(), await open()]
    const statusOf = async (headers: HeadersInit) =>
      (await app.request('user/', { headers })).status
    for (let minutes = 0; minutes < 110; minutes += 10) {
      app.clock.advance(600)
      expect(await statusOf(used)).toBe(200)
      await app.settle()
    }
    expect(await statusOf(idle)).toBe(401)
    app.clock.advance(600)
    expect(await statusOf(used)).toBe(401)
    expect((await app.deps().db.select().from(sessions)).length).toBe(2)
  })

  test('so does a JWT login: no refresh goes beyond', async () => {
    const env = {
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'true',
      ...LIVES,
    }
    const app = await withAlice(env)
    const login = async () =>
      memberOf(app.post('login/', { username: 'alice', password: PASSWORD }), 'refresh')
    const [idle] = [await login()]
    let used = await login()
    for (let minutes = 0; minutes < 110; minutes += 10) {
      app.clock.advance(600)
      const response = await app.post('token/refresh/', { refresh: used })
      expect(response.status).toBe(200)
      used = await memberOf(response, 'refresh')
      await app.settle()
    }
    expect((await app.post('token/refresh/', { refresh: idle })).status).toBe(401)
    app.clock.advance(600)
    expect((await app.post('token/refresh/', { refresh: used })).status).toBe(401)
  })
})
