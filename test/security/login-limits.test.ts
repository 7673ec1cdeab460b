import { describe, expect, test } from 'vitest'
import { signObject } from '../../src/core/tokens/signing.ts'
import { throttleHits } from '../../src/db/schema/limits.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const PASSWORD = 'right-horse-staple'
const WRONG = { non_field_errors: ['Unable to log in with provided credentials.'] }

function attempt(app: TestApp, name: string, password: string, headers?: HeadersInit) {
  const field = name.includes('@') ? 'email' : 'username'
  return app.post('/login/', { [field]: name, password }, headers)
}

async function statuses(work: readonly Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of await Promise.all(work)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function times<T>(count: number, work: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => work(index))
}

test('of 40 guesses at once at one account, five are answered', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '5/300s/key' } },
    users: [aUser()],
  })
  expect(await statuses(times(40, () => attempt(app, 'alice', 'guess')))).toEqual({
    400: 5,
    429: 35,
  })
})

test('the refusal says when to come back, and then it works again', async () => {
  const app = await createTestApp({ users: [aUser()] })
  for (const _ of times(5, () => 0)) {
    const response = await attempt(app, 'alice', 'guess')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(WRONG)
    app.clock.advance(10)
  }
  const refused = await attempt(app, 'alice', PASSWORD)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('Retry-After')).toBe('250')
  expect(await refused.json()).toEqual({
    detail: 'Request was throttled. Expected available in 250 seconds.',
  })
  app.clock.advance(250)
  expect((await attempt(app, 'alice', PASSWORD)).status).toBe(200)
})

test('one account has one counter, whatever identifier is typed', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const names = ['alice', 'ALICE', 'alice@example.com', 'Alice@Example.com', 'aLiCe']
  for (const name of names) expect((await attempt(app, name, 'guess')).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess')).status).toBe(429)
  expect((await attempt(app, 'alice@example.com', 'guess')).status).toBe(429)
})

test('an unknown name is refused as soon as a known one', async () => {
  const app = await createTestApp({ users: [aUser()] })
  const answers = async (name: string): Promise<readonly unknown[]> => {
    const all: unknown[] = []
    for (const _ of times(7, () => 0)) {
      const response = await attempt(app, name, 'guess')
      all.push([response.status, await response.text()])
      app.clock.advance(7)
    }
    return all
  }
  const known = await answers('alice')
  app.clock.advance(600)
  expect(await answers('nobody')).toEqual(known)
})

test('right passwords do not use up the counters of wrong ones', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '3/m/ip,3/300s/key' } },
    users: [aUser()],
  })
  for (const _ of times(6, () => 0)) {
    expect((await attempt(app, 'alice', PASSWORD)).status).toBe(200)
    await app.settle()
  }
})

test("a success does not clear the address's counter", async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '3/m/ip' } },
    users: [aUser(), aUser({ username: 'mallory' })],
  })
  expect((await attempt(app, 'alice', 'guess 1')).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess 2')).status).toBe(400)
  expect((await attempt(app, 'mallory', PASSWORD)).status).toBe(200)
  await app.settle()
  expect((await attempt(app, 'alice', 'guess 3')).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess 4')).status).toBe(429)
  expect((await attempt(app, 'mallory', PASSWORD)).status).toBe(429)
})

test('the address counts over all accounts, and headers of the client do not change it', async () => {
  const app = await createTestApp({ users: times(12, (n) => aUser({ username: `user${n}` })) })
  const work = times(12, (n) =>
    attempt(app, `user${n}`, 'guess', {
      'X-Forwarded-For': `198.51.100.${n}`,
      Forwarded: `for=198.51.100.${n}`,
      'X-Real-IP': `198.51.100.${n}`,
      'True-Client-IP': `198.51.100.${n}`,
    }),
  )
  expect(await statuses(work)).toEqual({ 400: 10, 429: 2 })
})

test('an IPv6 subscriber is one address', async () => {
  const env = { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '2/m/ip' } }
  const from = (address: string) => createTestApp({ env, data: 'kept', client: { address } })
  await createTestApp({ env, users: [aUser()] })
  const one = await from('2001:db8:1:2:aaaa::1')
  const two = await from('2001:db8:1:2:bbbb::2')
  const three = await from('2001:DB8:0001:2::3')
  const other = await from('2001:db8:1:3::1')
  expect((await attempt(one, 'alice', 'guess')).status).toBe(400)
  expect((await attempt(two, 'alice', 'guess')).status).toBe(400)
  expect((await attempt(three, 'alice', 'guess')).status).toBe(429)
  expect((await attempt(other, 'alice', 'guess')).status).toBe(400)
})

test('an attack from many addresses does not lock out a device that has logged in before', async () => {
  const users = [aUser()]
  const home = await createTestApp({ users, client: { address: '192.0.2.77' } })
  const first = await attempt(home, 'alice', PASSWORD)
  const cookie = /known_device=([^;]+)/.exec(first.headers.get('Set-Cookie') ?? '')?.[1] ?? ''
  expect(first.headers.get('Set-Cookie')).toMatch(/HttpOnly.*Secure/)
  await home.settle()

  for (const n of [1, 2, 3, 4, 5, 6]) {
    const address = `198.51.100.${n}`
    const bot = await createTestApp({ data: 'kept', client: { address } })
    expect((await attempt(bot, 'alice', 'guess')).status).toBe(n < 6 ? 400 : 429)
  }
  expect((await attempt(home, 'alice', PASSWORD)).status).toBe(429)
  const known = { Cookie: `known_device=${cookie}` }
  const back = await attempt(home, 'alice', PASSWORD, known)
  expect(back.status).toBe(200)
  expect(back.headers.get('Set-Cookie')).toBeNull()
})

test("a known device's guesses are counted, and another account's cookie helps nothing", async () => {
  const app = await createTestApp({
    env: { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '2/300s/key' } },
    users: [aUser(), aUser({ username: 'mallory' })],
  })
  const cookieOf = async (name: string): Promise<HeadersInit> => {
    const response = await attempt(app, name, PASSWORD)
    await app.settle()
    return { Cookie: (response.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '' }
  }
  const alice = await cookieOf('alice')
  const mallory = await cookieOf('mallory')
  expect((await attempt(app, 'alice', 'guess', mallory)).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess')).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess', mallory)).status).toBe(429)
  expect((await attempt(app, 'alice', 'guess', { Cookie: 'known_device=1:2:3' })).status).toBe(429)
  expect((await attempt(app, 'alice', 'guess', alice)).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess', alice)).status).toBe(400)
  expect((await attempt(app, 'alice', 'guess', alice)).status).toBe(429)
})

describe('known devices', () => {
  const LIMITS = { ACCOUNT_RATE_LIMITS: { login: null, login_failed: '2/300s/key' } }
  const KEY = '0123456789abcdef0123456789abcdef01234567'
  const NEW = 'better-horse-battery'

  async function knownApp() {
    const app = await createTestApp({ env: LIMITS, users: [aUser({ tokenKey: KEY })] })
    const login = async (password: string, headers: HeadersInit = {}) => {
      const response = await attempt(app, 'alice', password, headers)
      await app.settle()
      return { status: response.status, cookie: deviceOf(response) }
    }
    const useUp = async (headers: HeadersInit = {}) => {
      for (const _ of [1, 2]) expect((await login('guess', headers)).status).toBe(400)
      expect((await login('guess', headers)).status).toBe(429)
    }
    return { app, login, useUp }
  }

  const deviceOf = (response: Response): HeadersInit => ({
    Cookie: /known_device=[^;]+/.exec(response.headers.get('Set-Cookie') ?? '')?.[0] ?? '',
  })

  test('are counted one by one', async () => {
    const { login, useUp } = await knownApp()
    const one = await login(PASSWORD)
    const other = await login(PASSWORD)
    await useUp()
    await useUp(one.cookie)
    expect((await login(PASSWORD, one.cookie)).status).toBe(429)
    expect((await login(PASSWORD, other.cookie)).status).toBe(200)
  })

  const endings: Record<string, (app: TestApp) => Promise<Response>> = {
    'a password change': (app) =>
      app.post(
        'password/change/',
        { new_password1: NEW, new_password2: NEW },
        { Authorization: `Token ${KEY}` },
      ),
    'logout/all/': (app) => app.post('logout/all/', {}, { Authorization: `Token ${KEY}` }),
  }

  test.each(Object.entries(endings))('end with %s', async (name, end) => {
    const { app, login, useUp } = await knownApp()
    const former = await login(PASSWORD)
    expect((await end(app)).status).toBe(200)
    await app.settle()
    const password = name === 'a password change' ? NEW : PASSWORD
    // What the device knew is no guess of its own any more, and a login makes it known again.
    const again = await login(password, former.cookie)
    expect(again.cookie).toEqual({ Cookie: expect.stringMatching(/^known_device=/) })
    await useUp(former.cookie)
    expect((await login(password)).status).toBe(429)
    expect((await login(password, again.cookie)).status).toBe(200)
  })

  test('of before, which had no version, are strangers until the next login', async () => {
    const { app, login, useUp } = await knownApp()
    const old = await signObject(1, {
      salt: 'known-device',
      secret: app.settings.SECRET_KEY,
      now: app.clock.now(),
    })
    const headers = { Cookie: `known_device=${old}` }
    await useUp(headers)
    expect((await login(PASSWORD, headers)).status).toBe(429)
  })
})

test('counting adds no round trip, to right, wrong, unknown and refused logins', async () => {
  const token = '0123456789abcdef0123456789abcdef01234567'
  const app = await createTestApp({ users: [aUser({ tokenKey: token })] })
  const cost = async (name: string, password: string, status: number) => {
    const { waited } = await app.costOf(async () => {
      expect((await attempt(app, name, password)).status).toBe(status)
    })
    return waited.roundTrips
  }
  expect(await cost('alice', PASSWORD, 200)).toBe(1)
  expect(await cost('nobody', 'guess', 400)).toBe(1)
  for (const _ of times(5, () => 0)) expect(await cost('alice', 'guess', 400)).toBe(1)
  expect(await cost('alice', PASSWORD, 429)).toBe(1)
})

test('the table of counters names no address, name or e-mail, and cleans itself', async () => {
  const app = await createTestApp({
    users: [aUser()],
    client: { address: '203.0.113.9' },
  })
  await attempt(app, 'alice', 'guess')
  await attempt(app, 'someone@example.org', 'guess')
  const rows = await app.deps().db.select().from(throttleHits)
  expect(rows.length).toBeGreaterThan(4)
  expect(JSON.stringify(rows)).not.toMatch(/203\.0|alice|someone|example/)
  app.clock.advance(301)
  for (const _ of times(2, () => 0)) await attempt(app, 'alice', 'guess')
  const left = await app.deps().db.select().from(throttleHits)
  expect(left.every(({ expiresAt }) => expiresAt > app.clock.now())).toBe(true)
})

test('without rates nothing is written', async () => {
  const app = await createTestApp({ env: { ACCOUNT_RATE_LIMITS: 'false' }, users: [aUser()] })
  expect(await statuses(times(40, () => attempt(app, 'alice', 'guess')))).toEqual({ 400: 40 })
  expect(await app.deps().db.select().from(throttleHits)).toEqual([])
})

test('however many claim an address, its owner logs in by it and can reset', async () => {
  const claimants = times(8, (n) =>
    aUser({ username: `claimant${n}`, email: 'alice@example.com', emailVerified: false }),
  )
  const app = await createTestApp({ users: [...claimants, aUser({ password: 'the-owners-own' })] })
  expect((await attempt(app, 'alice@example.com', 'the-owners-own')).status).toBe(200)
  await app.post('/password/reset/', { email: 'alice@example.com' })
  await app.settle()
  expect(app.mailbox.map(({ text }) => /username is (\w+)/.exec(text)?.[1])).toContain('alice')
})
