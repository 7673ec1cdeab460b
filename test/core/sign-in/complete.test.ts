import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { deactivateAccount } from '../../../src/core/accounts/operator.ts'
import { completeSignIn } from '../../../src/core/sign-in/complete.ts'
import type { SignInOutcome } from '../../../src/core/sign-in/sign-in.ts'
import type { Wanted } from '../../../src/core/sign-in/credentials.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { logOutEverywhere } from '../../../src/core/sign-in/sessions.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import { authTokens, refreshFamilies, sessions } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const NOTHING: Wanted = { key: false, jwt: false, session: false }

/** What happens between the proof and the credentials. */
const CHANGES = {
  'a changed password': (app: TestApp) =>
    app.deps().db.update(users).set({ password: 'pbkdf2_sha256$1$other$hash' }),
  'a deactivated account': (app: TestApp) => deactivateAccount(app.deps(), 1),
  'a deactivated and activated account': async (app: TestApp) => {
    await deactivateAccount(app.deps(), 1)
    await app.deps().db.update(users).set({ isActive: true })
  },
  'a logout everywhere': (app: TestApp) => logOutEverywhere(app.deps(), 1),
} as const

async function signInAfter(
  app: TestApp,
  wanted: Partial<Wanted>,
  happens: (app: TestApp) => unknown,
): Promise<SignInOutcome> {
  const { db } = app.deps()
  const [user] = await db.select(userColumns).from(users).where(eq(users.id, 1))
  if (user === undefined) throw new Error('nobody')
  await happens(app)
  const outcome = await completeSignIn(
    app.deps(),
    {
      proof: proofOf('password', user),
      wanted: { ...NOTHING, ...wanted },
      email: 'verified',
      missingFactor: null,
    },
    user,
  )
  await app.settle()
  return outcome
}

describe.each(Object.entries(CHANGES))('%s between proof and credentials', (_, happens) => {
  test('leaves no auth token', async () => {
    const app = await createTestApp({ users: [aUser()] })
    expect(await signInAfter(app, { key: true }, happens)).toEqual({ kind: 'stale_proof' })
    expect(await app.deps().db.select({ id: authTokens.userId }).from(authTokens)).toEqual([])
  })

  test('leaves no session', async () => {
    const app = await createTestApp({ users: [aUser()] })
    expect(await signInAfter(app, { session: true }, happens)).toEqual({ kind: 'stale_proof' })
    expect(await app.deps().db.select({ id: sessions.userId }).from(sessions)).toEqual([])
  })

  test('leaves a JWT login that is recorded as ended', async () => {
    const app = await createTestApp({ env: JWT, users: [aUser()] })
    const outcome = await signInAfter(app, { jwt: true }, happens)
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    const [family] = await app.deps().db.select().from(refreshFamilies)
    expect(family?.revokedAt).toEqual(app.deps().now)
    const { access = '', refresh = '' } = outcome.credentials.jwt ?? {}
    expect((await app.post('token/refresh/', { refresh })).status).toBe(401)
    const headers = { Authorization: `Bearer ${access}` }
    expect((await app.request('user/', { headers })).status).toBe(401)
  })

  test('leaves last_login alone', async () => {
    const env = { ...JWT, SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' }
    const app = await createTestApp({ env, users: [aUser()] })
    await signInAfter(app, { jwt: true }, happens)
    const [user] = await app.deps().db.select({ at: users.lastLoginAt }).from(users)
    expect(user?.at).toBeNull()
  })
})

describe('a proof that holds', () => {
  test('is answered with everything that is wanted', async () => {
    const env = { ...JWT, SESSION_LOGIN: 'true' }
    const app = await createTestApp({ env, users: [aUser()] })
    const outcome = await signInAfter(app, { key: true, jwt: true, session: true }, () => undefined)
    if (outcome.kind !== 'issued') throw new Error(outcome.kind)
    const { key = '', jwt, sessionKey = '' } = outcome.credentials
    expect(key).toMatch(/^[0-9a-f]{40}$/)
    for (const headers of [
      { Authorization: `Bearer ${jwt?.access}` },
      { Cookie: `sessionid=${sessionKey}` },
    ]) {
      const classes = 'DEFAULT_AUTHENTICATION_CLASSES'
      const other = await createTestApp({
        env: { ...env, [classes]: 'JWTCookieAuthentication,SessionAuthentication' },
        data: 'kept',
      })
      expect((await other.request('user/', { headers })).status).toBe(200)
    }
  })

  test.each([
    ['inactive', { isActive: false }, 'verified'],
    ['email_unverified', {}, 'unverified'],
  ] as const)('of an account that is %s is refused', async (kind, changed, email) => {
    const app = await createTestApp({ users: [aUser()] })
    const { db } = app.deps()
    const [user] = await db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    const proof = proofOf('password', { ...user, ...changed })
    const wanted = { ...NOTHING, key: true }
    const outcome = await completeSignIn(
      app.deps(),
      { proof, wanted, email, missingFactor: null },
      user,
    )
    expect(outcome).toEqual({ kind })
    expect(await db.select({ id: authTokens.userId }).from(authTokens)).toEqual([])
  })
})
