import { eq, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { completeSignIn, prepareSignIn } from '../../../src/core/sign-in/complete.ts'
import { writtenRows } from '../../../src/core/sign-in/complete.sql.ts'
import type { SignIn } from '../../../src/core/sign-in/sign-in.ts'
import { openPendingLogin } from '../../../src/core/second-factor/pending-login.ts'
import { makeTrustToken } from '../../../src/core/second-factor/trusted-device.ts'
import { sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import { storedAuthToken } from '../../../src/core/tokens/auth-token.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import type { UserWithPassword } from '../../../src/core/users/user.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import {
  authTokens,
  deviceTokens,
  refreshFamilies,
  sessions,
} from '../../../src/db/schema/credentials.ts'
import { recentProofs } from '../../../src/db/schema/recent-proofs.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import { settingsOfLogin } from '../../../src/settings/remember.ts'
import { claimsOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { FACTORS } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

// What the gate hands out: nothing that is not wanted, and nothing that was not written.

const NOTHING = { key: false, jwt: false, session: false }
const OLD_SECRET = 'an-older-secret-key-0123456789-abcdefghijk'
const OLD_KEY = '0123456789abcdef0123456789abcdef01234567'
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

type World = { readonly app: TestApp; readonly deps: Deps; readonly user: UserWithPassword }

async function worldOf(env: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const app = await createTestApp({ env, users: [aUser()] })
  const [user] = await app.deps().db.select(userColumns).from(users)
  if (user === undefined) throw new Error('nobody')
  return { app, deps: app.deps(), user }
}

function signInOf({ user }: World, more: Pick<SignIn, 'wanted'> & Partial<SignIn>): SignIn {
  return { proof: proofOf('password', user), email: 'verified', missingFactor: null, ...more }
}

test('rows of the gate are found among all that a batch answers', () => {
  const [session, hash] = [{ issued: 'session' }, { issued: 'password_hash' }]
  const others = [null, 3, 'issued', [], [null, { keyHash: 'h' }], { rows: [session] }]
  expect(writtenRows([...others, [session], hash])).toEqual([session, hash])
})

test('who wants nothing gets nothing', async () => {
  const world = await worldOf()
  const outcome = await completeSignIn(world.deps, signInOf(world, { wanted: NOTHING }), world.user)
  expect(outcome).toEqual({ kind: 'issued', user: world.user, credentials: {} })
})

test.each([
  ['key', ['key']],
  ['session', ['sessionKey']],
  ['jwt', ['jwt']],
])('who wants a %s alone gets nothing else, nor the name of it', async (wish, names) => {
  const world = await worldOf(JWT)
  const signIn = signInOf(world, { wanted: { ...NOTHING, [wish]: true } })
  const outcome = await completeSignIn(world.deps, signIn, world.user)
  if (outcome.kind !== 'issued') throw new Error(outcome.kind)
  expect(Object.keys(outcome.credentials)).toEqual(names)
})

test.each(['key', 'session', 'jwt'])(
  'a better hash that is not stored, for the password is another by now, lets nobody in: %s',
  async (wish) => {
    const world = await worldOf(JWT)
    const { db } = world.deps
    await db.update(users).set({ password: 'another' })
    const wanted = { ...NOTHING, [wish]: true }
    const signIn = signInOf(world, { wanted, newHash: 'better' })
    expect(await completeSignIn(world.deps, signIn, world.user)).toEqual({ kind: 'stale_proof' })
    expect(await db.select({ hash: users.password }).from(users)).toEqual([{ hash: 'another' }])
  },
)

test.each([
  ['that is plain', {}, {}],
  ['that records its uses', { SESSION_DEVICES: 'true' }, {}],
  ['that is plain, of any password', {}, { passwordHash: undefined }],
  [
    'that records its uses, of any password',
    { SESSION_DEVICES: 'true' },
    { passwordHash: undefined },
  ],
])('everything or nothing: no key beside someone else’s session %s', async (_, env, proved) => {
  const world = await worldOf(env)
  const { db, now } = world.deps
  const sessionKey = '0123456789abcdefghijklmnopqrstuv'
  const [bob] = await db
    .insert(users)
    .values({ username: 'bob', usernameFolded: 'bob', password: '', dateJoinedAt: now })
    .returning({ id: users.id })
  const row = { userId: bob?.id ?? 0, authHash: 'his', createdAt: now, expiresAt: new Date(9e12) }
  await db.insert(sessions).values({ ...row, keyHash: await sha256Hex(sessionKey) })
  const proof = { ...proofOf('password', world.user), ...proved }
  const wanted = { ...NOTHING, key: true, session: true }
  const signIn = signInOf(world, { proof, wanted, sessionKey })
  expect(await completeSignIn(world.deps, signIn, world.user)).toEqual({ kind: 'stale_proof' })
  expect(await db.select({ bound: sessions.authHash }).from(sessions)).toEqual([{ bound: 'his' }])
})

test('a login that the browser forgets says so', async () => {
  const world = await worldOf({ ...JWT, REMEMBER_ME: 'true' })
  const deps = { ...world.deps, settings: settingsOfLogin(world.deps.settings, false) }
  const outcome = await completeSignIn(deps, signInOf(world, { wanted: NOTHING }), world.user)
  expect(outcome).toMatchObject({ kind: 'issued', credentials: { isRemembered: false } })
})

test('a pair says how its owner logged in', async () => {
  const world = await worldOf({ ...JWT, JWT_AUTH_METHOD_CLAIMS: 'true' })
  const signIn = signInOf(world, { wanted: { ...NOTHING, jwt: true } })
  const outcome = await completeSignIn(world.deps, signIn, world.user)
  if (outcome.kind !== 'issued') throw new Error(outcome.kind)
  expect(claimsOf(outcome.credentials.jwt?.access ?? '')).toMatchObject({
    amr: ['pwd'],
    acr: 'aal1',
    auth_time: Math.floor(world.app.clock.now().getTime() / 1000),
  })
})

test('the notes of an account that is being made are those of any other', async () => {
  const world = await worldOf(JWT)
  const prepared = await prepareSignIn(
    world.deps,
    signInOf(world, { wanted: { ...NOTHING, jwt: true } }),
  )
  if (prepared.kind !== 'prepared') throw new Error(prepared.kind)
  const notes = prepared.notesOf(world.user.id)
  expect(notes.length).toBeGreaterThan(0)
  expect(prepared.statements).toHaveLength(prepared.deciding.length + notes.length)
  expect(prepared.isDecidedByStatements).toBe(false)
})

test('the notes of an account that is being made are of the account that came of it', async () => {
  const world = await worldOf({ ...JWT, SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' })
  const wanted = { ...NOTHING, jwt: true }
  const { db, now } = world.deps
  const making = { ...proofOf('password', world.user), userId: sql`(select 9)` }
  const prepared = await prepareSignIn(world.deps, signInOf(world, { proof: making, wanted }))
  if (prepared.kind !== 'prepared') throw new Error(prepared.kind)
  const [first, ...rest] = prepared.notesOf(world.user.id)
  if (first !== undefined) await db.batch([first, ...rest])
  expect(await db.select().from(refreshFamilies)).toMatchObject([{ userId: 1, revokedAt: null }])
  expect(await db.select({ at: users.lastLoginAt }).from(users)).toEqual([{ at: now }])
})

test.each([
  [{ key: true }, ['token']],
  [{ session: true }, ['session']],
  [{ jwt: true }, []],
])('a proof of presence is kept of what is handed out alone: %j', async (wanted, kinds) => {
  const world = await worldOf({ ...JWT, ACCOUNT_REAUTHENTICATION_REQUIRED: 'true' })
  const signIn = signInOf(world, { wanted: { ...NOTHING, ...wanted } })
  expect((await completeSignIn(world.deps, signIn, world.user)).kind).toBe('issued')
  await world.app.settle()
  const kept = await world.deps.db.select({ of: recentProofs.credential }).from(recentProofs)
  expect(kept.map(({ of }) => of.split(':')[0])).toEqual(kinds)
})

test.each<[string, object, boolean]>([
  ['where the proof holds', {}, true],
  ['not where it has ended', { password: 'another' }, false],
  ['not where the account is deactivated', { isActive: false }, false],
  ['not where its tokens were revoked', { tokensRevokedAt: new Date(1) }, false],
])('a better hash binds the own sessions, and nobody else’s: %s', async (_, ended, isBound) => {
  const world = await worldOf()
  const { db, now, settings } = world.deps
  const bob = { username: 'bob', usernameFolded: 'bob', email: 'b@example.com' }
  const { passwordHash: password } = world.user
  await db.insert(users).values({ ...bob, emailFolded: bob.email, password, dateJoinedAt: now })
  const authHash = await sessionAuthHash(password, settings.SECRET_KEY)
  const row = { authHash, createdAt: now, expiresAt: new Date(9e12) }
  await db.insert(sessions).values([
    { ...row, keyHash: 'a', userId: 1 },
    { ...row, keyHash: 'b', userId: 2 },
    { ...row, keyHash: 'c', userId: 1, authHash: 'elsewhere' },
  ])
  if (!isBound) await db.update(users).set(ended).where(eq(users.id, 1))
  const signIn = signInOf(world, { wanted: NOTHING, newHash: 'better' })
  const outcome = await completeSignIn(world.deps, signIn, world.user)
  expect(outcome.kind).toBe(isBound ? 'issued' : 'stale_proof')
  const better = await sessionAuthHash('better', settings.SECRET_KEY)
  const rows = await db
    .select({ bound: sessions.authHash })
    .from(sessions)
    .orderBy(sessions.keyHash)
  expect(rows.map(({ bound }) => bound)).toEqual([
    isBound ? better : authHash,
    authHash,
    'elsewhere',
  ])
})

test('a better hash binds the sessions of a proof that says nothing of a password', async () => {
  const world = await worldOf()
  const { db, now, settings } = world.deps
  const authHash = await sessionAuthHash('', settings.SECRET_KEY)
  const row = { keyHash: 'h', userId: 1, authHash, createdAt: now, expiresAt: new Date(9e12) }
  await db.insert(sessions).values(row)
  const proof = { ...proofOf('provider', world.user), passwordHash: undefined }
  const signIn = signInOf(world, { proof, wanted: NOTHING, newHash: 'better' })
  expect((await completeSignIn(world.deps, signIn, world.user)).kind).toBe('issued')
  expect(await db.select({ bound: sessions.authHash }).from(sessions)).toEqual([
    { bound: await sessionAuthHash('better', settings.SECRET_KEY) },
  ])
})

test('a session of a proof that says nothing of a password is bound to none', async () => {
  const world = await worldOf()
  const proof = { ...proofOf('provider', world.user), passwordHash: undefined }
  const signIn = signInOf(world, { proof, wanted: { ...NOTHING, session: true } })
  expect((await completeSignIn(world.deps, signIn, world.user)).kind).toBe('issued')
  expect(await world.deps.db.select({ bound: sessions.authHash }).from(sessions)).toEqual([
    { bound: await sessionAuthHash('', world.deps.settings.SECRET_KEY) },
  ])
})

describe('the second factor after a mailed code', () => {
  const TIES = { passkeyId: 3 }
  const MAILBOX = 'alice@example.com'
  const TRUSTING = {
    ...FACTORS,
    ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
    ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
  }

  test.each<[string, Partial<SignIn>, object | undefined]>([
    ['that a trusted device was spared', { ties: TIES }, { ...TIES, mailedTo: MAILBOX }],
    ['that was spared, and on nothing else', {}, { mailedTo: MAILBOX }],
    ['that was entered', { ties: TIES, hasMailedStep: true }, TIES],
    ['that was entered, and on nothing else', { hasMailedStep: true }, undefined],
  ])('%s rests on it where it was not asked for', async (_, given, ties) => {
    const world = await worldOf(TRUSTING)
    const { deps, user } = world
    const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
    const trustToken = await makeTrustToken(deps, subject, { mailbox: MAILBOX })
    const wanted = { ...NOTHING, key: true }
    const shown = { missingFactor: 1, address: user.email, trustToken }
    const step = await prepareSignIn(deps, signInOf(world, { wanted, ...shown, ...given }))
    if (step.kind !== 'second_factor_required') throw new Error(step.kind)
    const opened = await openPendingLogin(deps, step.ephemeralToken)
    expect(opened?.login.ties).toEqual(ties)
  })
})

describe('an auth token that an older secret sealed', () => {
  async function seeded(): Promise<World & { storedKey: NonNullable<SignIn['storedKey']> }> {
    const world = await worldOf({ SECRET_KEY_FALLBACKS: OLD_SECRET })
    const old = { ...world.deps, settings: settingsOf({ SECRET_KEY: OLD_SECRET }) }
    const { keyHash, sealedKey } = await storedAuthToken(old, OLD_KEY)
    const row = { userId: world.user.id, keyHash, sealedKey, createdAt: world.app.clock.now() }
    await world.deps.db.insert(authTokens).values(row)
    return { ...world, storedKey: { keyHash, sealedKey } }
  }
  const sealOf = async ({ deps }: World): Promise<string | undefined> =>
    (await deps.db.select().from(authTokens))[0]?.sealedKey

  test('is sealed anew by a login', async () => {
    const world = await seeded()
    const wanted = { ...NOTHING, key: true }
    const signIn = signInOf(world, { wanted, storedKey: world.storedKey })
    const outcome = await completeSignIn(world.deps, signIn, world.user)
    expect(outcome).toMatchObject({ kind: 'issued', credentials: { key: OLD_KEY } })
    expect(await sealOf(world)).not.toBe(world.storedKey.sealedKey)
  })

  test('is not handed out where another login has sealed it anew meanwhile', async () => {
    const world = await seeded()
    await world.deps.db.update(authTokens).set({ keyHash: 'another' })
    const wanted = { ...NOTHING, key: true }
    const signIn = signInOf(world, { wanted, storedKey: world.storedKey })
    expect(await completeSignIn(world.deps, signIn, world.user)).toEqual({ kind: 'stale_proof' })
    expect(await sealOf(world)).toBe(world.storedKey.sealedKey)
  })

  test('is not handed out where the proof has ended meanwhile', async () => {
    const world = await seeded()
    await world.deps.db.update(users).set({ isActive: false })
    const wanted = { ...NOTHING, key: true }
    const signIn = signInOf(world, { wanted, storedKey: world.storedKey })
    expect(await completeSignIn(world.deps, signIn, world.user)).toEqual({ kind: 'stale_proof' })
    expect(await sealOf(world)).toBe(world.storedKey.sealedKey)
  })
})

test('the oldest token of a device ends beyond two hundred, and nobody else’s', async () => {
  const world = await worldOf({ TOKEN_PER_DEVICE: 'true' })
  const { db, now } = world.deps
  const bob = { username: 'bob', usernameFolded: 'bob', password: '', dateJoinedAt: now }
  await db.insert(users).values(bob)
  const rows = (userId: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const createdAt = new Date(index + 1)
      return { userId, keyHash: `${userId} ${index}`, createdAt, lastUsedAt: createdAt }
    })
  await db.insert(deviceTokens).values([...rows(1, 200), ...rows(2, 201)])
  const signIn = signInOf(world, { wanted: { ...NOTHING, key: true } })
  expect((await completeSignIn(world.deps, signIn, world.user)).kind).toBe('issued')
  const left = await db.select({ keyHash: deviceTokens.keyHash }).from(deviceTokens)
  const names = left.map(({ keyHash }) => keyHash)
  expect(names).toHaveLength(200 + 201)
  expect(names).not.toContain('1 0')
  expect(names).toContain('2 0')
})

test('a session that goes on begins anew where uses are recorded', async () => {
  const world = await worldOf({ SESSION_DEVICES: 'true' })
  const wanted = { ...NOTHING, session: true }
  const first = await completeSignIn(world.deps, signInOf(world, { wanted }), world.user)
  if (first.kind !== 'issued') throw new Error(first.kind)
  world.app.clock.advance(10)
  const { sessionKey } = first.credentials
  const later = { ...world, deps: world.app.deps() }
  await completeSignIn(later.deps, signInOf(later, { wanted, sessionKey }), world.user)
  const now = world.app.clock.now()
  expect(await later.deps.db.select().from(sessions)).toMatchObject([
    { createdAt: now, lastUsedAt: now },
  ])
})
