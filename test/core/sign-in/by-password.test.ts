import { describe, expect, test } from 'vitest'
import { eq } from 'drizzle-orm'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { login } from '../../../src/core/sign-in/by-password.ts'
import type { LoginInput } from '../../../src/core/sign-in/login-input.ts'
import { wantedBy } from '../../../src/core/sign-in/credentials.ts'
import { makePassword } from '../../../src/core/passwords/passwords.ts'
import { waitedFor } from '../../cost/waited.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../../support/app.ts'
import type { SeededUser } from '../../support/seed.ts'
import { settingsOf } from '../../support/settings.ts'

const PASSWORD = 'right-horse-staple'
const LIMITLESS = { ACCOUNT_RATE_LIMITS: 'false', KNOWN_DEVICE_COOKIE: '' }

function appWith(
  seeded: readonly SeededUser[],
  env: Record<string, unknown> = {},
): ReturnType<typeof createTestApp> {
  const options: TestAppOptions = { env: { ...LIMITLESS, ...env }, users: seeded }
  return createTestApp(options)
}

async function who(app: TestApp, typed: Partial<LoginInput>): Promise<number | string> {
  const outcome = await login(app.deps(), {
    username: undefined,
    email: undefined,
    password: PASSWORD,
    sessionKey: undefined,
    deviceToken: undefined,
    wanted: wantedBy(app.settings, app.settings.SESSION_LOGIN),
    ...typed,
  })
  return outcome.kind === 'issued' ? outcome.user.id : outcome.kind
}

describe('who is meant', () => {
  test('by a name, whoever has it to the letter', async () => {
    const app = await appWith([
      aUser({ username: 'Alice', email: 'a@example.com' }),
      aUser({ username: 'alice', email: 'b@example.com' }),
    ])
    expect(await who(app, { username: 'alice' })).toBe(2)
    expect(await who(app, { username: 'Alice' })).toBe(1)
    expect(await who(app, { username: 'ALICE' })).toBe(1)
  })

  test('by an address, whoever has verified it', async () => {
    const email = 'shared@example.com'
    const app = await appWith([
      aUser({ username: 'claims', email, emailVerified: false }),
      aUser({ username: 'owns', email }),
    ])
    expect(await who(app, { email })).toBe(2)
    expect(await who(app, { username: email })).toBe(2)
  })

  test('by an address that nobody has verified, the only one who claims it', async () => {
    const email = 'claimed@example.com'
    const app = await appWith([aUser(), aUser({ username: 'claims', email, emailVerified: false })])
    expect(await who(app, { email })).toBe(2)
    expect(await who(app, { username: email })).toBe(2)
  })

  test('by an address that several claim and nobody has verified, none of them', async () => {
    const email = 'shared@example.com'
    const app = await appWith([
      aUser({ username: 'first', email, emailVerified: false, password: 'another-horse' }),
      aUser({ username: 'second', email, emailVerified: false }),
      aUser({ username: 'SHARED@example.com', email: 'third@example.com' }),
    ])
    expect(await who(app, { email })).toBe('bad_credentials')
    expect(await who(app, { email, password: 'another-horse' })).toBe('bad_credentials')
    expect(await who(app, { username: 'second' })).toBe(2)
    // As a username it is somebody's after all.
    expect(await who(app, { username: email })).toBe(3)
  })

  test('by an address before a username that differs from it in case', async () => {
    const app = await appWith([
      aUser({ username: 'Bob@corp.example', email: 'evil@example.com', password: 'another-horse' }),
      aUser({ username: 'bob', email: 'bob@corp.example' }),
    ])
    expect(await who(app, { username: 'bob@corp.example' })).toBe(2)
    const evil = { username: 'bob@corp.example', password: 'another-horse' }
    expect(await who(app, evil)).toBe('bad_credentials')
  })

  test('by an address before a username of one who claims the same address', async () => {
    const email = 'bob@corp.example'
    const app = await appWith([
      aUser({ username: email, email, emailVerified: false, password: 'another-horse' }),
      aUser({ username: 'bob', email }),
    ])
    expect(await who(app, { username: email })).toBe(2)
  })

  test('nobody by a name that is longer than any', async () => {
    const username = 'x'.repeat(321)
    const app = await appWith([aUser({ username })])
    expect(await who(app, { username })).toBe('bad_credentials')
    expect(await who(app, { username: username.slice(1) })).toBe('bad_credentials')
  })

  test('by a second address of the account', async () => {
    const app = await appWith([aUser()])
    const second = 'second@example.com'
    await app
      .deps()
      .db.insert(emailAddresses)
      .values({ userId: 1, email: second, emailFolded: second, isVerified: true })
    expect(await who(app, { email: second })).toBe(1)
  })

  test('by a name that is another’s address, its owner before the other', async () => {
    const app = await appWith([
      aUser({ username: 'owner', email: 'x@example.com' }),
      aUser({ username: 'x@example.com', email: 'y@example.com' }),
    ])
    expect(await who(app, { username: 'x@example.com' })).toBe(2)
    expect(await who(app, { email: 'x@example.com' })).toBe(1)
  })

  test('nobody by an empty name or address', async () => {
    const app = await appWith([aUser({ email: '', emailVerified: null })])
    expect(await who(app, {})).toBe('invalid')
    expect(await who(app, { username: '', email: '' })).toBe('invalid')
  })

  test('with ACCOUNT_LOGIN_METHODS only what it names', async () => {
    const byName = await appWith([aUser()], { ACCOUNT_LOGIN_METHODS: 'username' })
    expect(await who(byName, { username: 'alice@example.com' })).toBe('bad_credentials')
    expect(await who(byName, { username: 'alice' })).toBe(1)
    const byEmail = await appWith([aUser()], { ACCOUNT_LOGIN_METHODS: 'email' })
    expect(await who(byEmail, { email: 'alice@example.com' })).toBe(1)
    expect(await who(byEmail, { email: 'alice' })).toBe('invalid')
  })

  test('by an imported name of another width', async () => {
    const app = await appWith([aUser({ username: 'ｃａｒｏｌ' })])
    expect(await who(app, { username: 'ｃａｒｏｌ' })).toBe(1)
    expect(await who(app, { username: 'carol' })).toBe('bad_credentials')
  })
})

describe('mandatory verification', () => {
  const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }

  test('is of the account’s own address', async () => {
    const app = await appWith([aUser({ emailVerified: false })], MANDATORY)
    const second = 'second@example.com'
    await app
      .deps()
      .db.insert(emailAddresses)
      .values({ userId: 1, email: second, emailFolded: second, isVerified: true })
    expect(await who(app, { username: 'alice' })).toBe('email_unverified')
  })

  test('is not told to who has a wrong password', async () => {
    const app = await appWith([aUser({ emailVerified: false })], MANDATORY)
    expect(await who(app, { username: 'alice', password: 'x' })).toBe('bad_credentials')
  })

  test('keeps out who has no address at all', async () => {
    const app = await appWith([aUser({ email: '', emailVerified: null })], MANDATORY)
    expect(await who(app, { username: 'alice' })).toBe('email_unverified')
  })
})

describe('what it costs', () => {
  const bodies = [
    { username: 'alice', password: PASSWORD },
    { username: 'alice', password: 'wrong' },
    { username: 'nobody', password: PASSWORD },
    { username: 'gone', password: PASSWORD },
    { email: 'nobody@example.com', password: PASSWORD },
  ]

  test('is one round trip, right, wrong, unknown or inactive', async () => {
    const app = await appWith([aUser(), aUser({ username: 'gone', isActive: false })], {
      USE_JWT: 'true',
    })
    for (const body of bodies) {
      const { roundTrips } = await waitedFor(app, () => app.post('login/', body))
      expect(roundTrips).toBe(1)
    }
  })
})

describe('the hash', () => {
  test('is made anew when it is weaker than the settings ask, and sessions go on', async () => {
    const app = await appWith([aUser()], { SESSION_LOGIN: 'true' })
    const { db } = app.deps()
    const strong = settingsOf({ PASSWORD_PBKDF2_CALLS: '2', PASSWORD_PBKDF2_ITERATIONS: '1000' })
    const outcome = await login(
      { ...app.deps(), settings: { ...app.settings, ...pick(strong) } },
      {
        username: 'alice',
        email: undefined,
        password: PASSWORD,
        sessionKey: undefined,
        deviceToken: undefined,
        wanted: wantedBy(app.settings, app.settings.SESSION_LOGIN),
      },
    )
    const [row] = await db.select({ hash: users.password }).from(users).where(eq(users.id, 1))
    expect(row?.hash).toMatch(/^pbkdf2_sha256_chain\$/)
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    const headers = { Cookie: `sessionid=${outcome.credentials.sessionKey}` }
    expect((await app.request('user/', { headers })).status).toBe(200)
  })

  test('is not made anew over a password that was changed meanwhile', async () => {
    const app = await appWith([aUser()])
    const deps = app.deps()
    const strong = settingsOf({ PASSWORD_PBKDF2_CALLS: '2', PASSWORD_PBKDF2_ITERATIONS: '1000' })
    const changed = await makePassword(deps, 'changed-meanwhile')
    let isFirst = true
    app.outside.interceptDatabase(async (request, pass) => {
      const response = await pass(request)
      if (isFirst) {
        isFirst = false
        await app.deps().db.update(users).set({ password: changed }).where(eq(users.id, 1))
      }
      return response
    })
    await login(
      { ...deps, settings: { ...app.settings, ...pick(strong) } },
      {
        username: 'alice',
        email: undefined,
        password: PASSWORD,
        sessionKey: undefined,
        deviceToken: undefined,
        wanted: wantedBy(app.settings, app.settings.SESSION_LOGIN),
      },
    )
    app.outside.interceptDatabase(undefined)
    const [row] = await app.deps().db.select({ hash: users.password }).from(users)
    expect(row?.hash).toBe(changed)
  })
})

/** What password hashes cost. */
function pick({ PASSWORD_PBKDF2_CALLS, PASSWORD_PBKDF2_ITERATIONS }: TestApp['settings']) {
  return { PASSWORD_PBKDF2_CALLS, PASSWORD_PBKDF2_ITERATIONS }
}
