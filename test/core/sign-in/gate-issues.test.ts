import { describe, expect, test } from 'vitest'
import { completeSignIn, prepareSignIn } from '../../../src/core/sign-in/complete.ts'
import { writtenRows } from '../../../src/core/sign-in/complete.sql.ts'
import type { SignIn } from '../../../src/core/sign-in/sign-in.ts'
import { storedAuthToken } from '../../../src/core/tokens/auth-token.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import type { UserWithPassword } from '../../../src/core/users/user.ts'
import { authTokens, sessions, users } from '../../../src/db/schema.ts'
import type { Deps } from '../../../src/deps.ts'
import { settingsOfLogin } from '../../../src/settings/remember.ts'
import { claimsOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
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

  test('is not handed out where the proof has ended meanwhile', async () => {
    const world = await seeded()
    await world.deps.db.update(users).set({ isActive: false })
    const wanted = { ...NOTHING, key: true }
    const signIn = signInOf(world, { wanted, storedKey: world.storedKey })
    expect(await completeSignIn(world.deps, signIn, world.user)).toEqual({ kind: 'stale_proof' })
    expect(await sealOf(world)).toBe(world.storedKey.sealedKey)
  })
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
