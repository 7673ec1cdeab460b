import { describe, expect, test } from 'vitest'
import { throttleHits } from '../../src/db/schema/limits.ts'
import { users } from '../../src/db/schema/users.ts'
import { cookieHeaderOf, memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const OWN = 'right-horse-staple'
const EVIL = 'evil-horse-staple'
const ALIAS = 'Bob@corp.example'
const bob = aUser({ username: 'bob', email: 'bob@corp.example', password: OWN })
/** An account whose username is Bob's address in another case: imported, for nobody can take it any more. */
const alias = aUser({ username: ALIAS, email: 'evil@example.com', password: EVIL })
const TAKEN = { username: ['A user with that username already exists.'] }
const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
const NO_ADDRESS_LIMITS = {
  ACCOUNT_RATE_LIMITS: { login: null, login_failed: '5/300s/key' },
}

function logIn(app: TestApp, name: string, password: string, headers = {}): Promise<Response> {
  return app.post('/login/', { username: name, password }, headers)
}

async function failedHits(app: TestApp): Promise<readonly string[]> {
  await app.settle()
  const rows = await app.deps().db.select({ key: throttleHits.key }).from(throttleHits)
  return rows.map(({ key }) => key).filter((key) => key.startsWith('login_failed'))
}

test('a right password of another account takes no guess back', async () => {
  const app = await createTestApp({ env: NO_ADDRESS_LIMITS, users: [bob, alias] })
  for (let guess = 0; guess < 5; guess += 1) {
    // The attacker's own password, judged as a guess at Bob's.
    expect((await logIn(app, 'bob@corp.example', EVIL)).status).toBe(400)
    expect((await logIn(app, ALIAS, EVIL)).status).toBe(200)
  }
  expect(await failedHits(app)).toEqual(Array.from({ length: 5 }, () => 'login_failed:300:user:1'))
  expect((await logIn(app, 'bob@corp.example', OWN)).status).toBe(429)
})

test('failures of accounts with a similar name do not lock the owner out', async () => {
  const claims = aUser({ username: 'claims', email: bob.email, emailVerified: false })
  const app = await createTestApp({ env: NO_ADDRESS_LIMITS, users: [bob, alias, claims] })
  const cookie = cookieHeaderOf(await logIn(app, 'bob', OWN))
  for (let guess = 0; guess < 6; guess += 1) {
    await logIn(app, ALIAS, `wrong-${guess}`)
    await logIn(app, 'claims', `wrong-${guess}`)
  }
  for (const name of ['bob', 'bob@corp.example', 'BOB@CORP.EXAMPLE']) {
    expect((await logIn(app, name, OWN)).status, name).toBe(200)
    expect((await logIn(app, name, OWN, { Cookie: cookie })).status, name).toBe(200)
  }
})

describe('a username that is somebody else’s address', () => {
  const names = [ALIAS, 'bob@corp.example', 'BOB@CORP.EXAMPLE']

  function register(app: TestApp, username: string, email: string): Promise<Response> {
    return app.post('/registration/', { username, email, password1: EVIL, password2: EVIL })
  }

  async function rename(app: TestApp, username: string): Promise<Response> {
    const key = await memberOf(logIn(app, 'm@evil.example', EVIL), 'key')
    return app.request('/user/', {
      method: 'PATCH',
      headers: { Authorization: `Token ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    })
  }

  const mallory = aUser({ username: 'mallory', email: 'm@evil.example', password: EVIL })

  test.each(names)('%s is refused to a new account', async (username) => {
    for (const emailVerified of [true, false]) {
      const app = await createTestApp({ users: [{ ...bob, emailVerified }] })
      const response = await register(app, username, 'm@evil.example')
      expect({ status: response.status, body: await response.json() }).toEqual({
        status: 400,
        body: TAKEN,
      })
    }
  })

  test.each(names)('%s is refused to an account that renames itself', async (username) => {
    const app = await createTestApp({ users: [bob, mallory] })
    const response = await rename(app, username)
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: TAKEN,
    })
  })

  test('is refused under exact, too', async () => {
    const app = await createTestApp({
      env: { DJANGO_COMPATIBILITY: 'exact' },
      users: [bob, mallory],
    })
    expect((await register(app, ALIAS, 'n@evil.example')).status).toBe(400)
    expect((await rename(app, ALIAS)).status).toBe(400)
  })

  test('one’s own address is a good username, in any case', async () => {
    const app = await createTestApp({ users: [mallory] })
    expect((await register(app, 'New@corp.example', 'new@corp.example')).status).toBe(201)
    expect((await rename(app, 'M@evil.example')).status).toBe(200)
    expect((await rename(app, 'm@evil.example')).status).toBe(200)
  })

  test('an unproved claim keeps nobody from their own address as a name', async () => {
    const app = await createTestApp({ users: [{ ...bob, emailVerified: false }] })
    expect((await register(app, 'bob@corp.example', 'bob@corp.example')).status).toBe(201)
  })

  test('an account keeps an old name that has become another’s address', async () => {
    const app = await createTestApp({ users: [bob, alias] })
    const key = await memberOf(logIn(app, ALIAS, EVIL), 'key')
    const response = await app.request('/user/', {
      method: 'PUT',
      headers: { Authorization: `Token ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: ALIAS, first_name: 'Al' }),
    })
    expect(response.status).toBe(200)
  })

  test('under mandatory verification tells nobody whose address it is', async () => {
    const app = await createTestApp({ env: MANDATORY, users: [bob, mallory] })
    for (const address of ['bob@corp.example', 'nobody@corp.example']) {
      expect((await register(app, address, 'n@evil.example')).status, address).toBe(400)
      expect((await rename(app, address)).status, address).toBe(400)
      expect((await register(app, address, address)).status, address).toBe(201)
    }
    await app.settle()
    // The name of the account that merely claims the address does not stand in its owner's way.
    expect((await logIn(app, 'bob@corp.example', OWN)).status).toBe(200)
    expect(await app.deps().db.select({ id: users.id }).from(users)).toHaveLength(4)
  })
})
