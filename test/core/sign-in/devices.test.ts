import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import {
  endDevice,
  endOtherDevices,
  listDevices,
  renameDevice,
} from '../../../src/core/sign-in/devices.ts'
import type { CallerCredential, SignedInCaller } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import {
  authTokens,
  deviceTokens,
  refreshFamilies,
  sessions,
} from '../../../src/db/schema/credentials.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

/** Hashes whose first 32 digits are the ids. */
const hashOf = (name: string) => name.padEnd(32, '.') + '-and-more-that-nobody-sees'
const idOf = (name: string) => name.padEnd(32, '.')

const TOKEN = { kind: 'token', keyHash: hashOf('token'), isOfDevice: true } as const

/** Logins of every kind: of the caller, of the caller but over, and of someone else. */
async function withLogins(): Promise<TestApp> {
  const app = await createTestApp({ users: [aUser(), aUser({ username: 'bob' })] })
  const { db } = app.deps()
  const now = app.clock.now().getTime()
  const at = (ms: number) => new Date(now + ms)
  const common = { createdAt: at(-9_000), userAgent: 'curl/8', country: 'NL', city: 'Delft' }
  const living = { ...common, userId: 1, expiresAt: at(1) }
  await db.insert(refreshFamilies).values([
    { ...living, family: 'jwt', lastUsedAt: at(-1_000), name: 'Work' },
    { ...living, family: 'jwt-over', lastUsedAt: at(-1_000), expiresAt: at(0) },
    { ...living, family: 'jwt-ended', lastUsedAt: at(-1_000), revokedAt: at(-1) },
    { ...living, family: 'jwt-bob', lastUsedAt: at(-1_000), userId: 2 },
  ])
  await db.insert(sessions).values([
    { ...living, keyHash: hashOf('session'), authHash: 'x', lastUsedAt: at(-2_000) },
    { ...living, keyHash: hashOf('unused'), authHash: 'x', createdAt: at(-8_000) },
    { ...living, keyHash: hashOf('session-over'), authHash: 'x', expiresAt: at(0) },
    { ...living, keyHash: hashOf('session-bob'), authHash: 'x', userId: 2 },
  ])
  await db.insert(deviceTokens).values([
    { ...living, keyHash: hashOf('token'), lastUsedAt: at(-3_000), expiresAt: null },
    { ...living, keyHash: hashOf('token-over'), lastUsedAt: at(-3_000), expiresAt: at(0) },
    { ...living, keyHash: hashOf('token-bob'), lastUsedAt: at(-3_000), userId: 2 },
  ])
  await db.insert(authTokens).values([
    { userId: 1, keyHash: hashOf('old'), sealedKey: 'x', createdAt: at(-9_500) },
    { userId: 2, keyHash: hashOf('old-bob'), sealedKey: 'x', createdAt: at(-9_500) },
  ])
  return app
}

async function callerBy(
  app: TestApp,
  credential: CallerCredential = TOKEN,
): Promise<SignedInCaller> {
  const [user] = await app.deps().db.select(userColumns).from(users).where(eq(users.id, 1))
  if (user === undefined) throw new Error('nobody')
  return { user, credential }
}

const ALL = ['jwt', 'session', 'token', 'unused', 'old'].map((name) =>
  name === 'jwt' ? name : idOf(name),
)

async function idsOf(app: TestApp): Promise<readonly string[]> {
  return (await listDevices(app.deps(), await callerBy(app))).map(({ id }) => id)
}

async function audited(app: TestApp): Promise<readonly unknown[]> {
  await app.settle()
  const rows = await app.deps().db.select().from(auditEvents)
  return rows.map(({ kind, userId }) => [kind, userId])
}

/** What everybody else has, and what is over: no act of the caller changes it. */
async function untouched(app: TestApp): Promise<number> {
  const { db } = app.deps()
  const rows = [
    await db.select().from(refreshFamilies),
    await db.select().from(sessions),
    await db.select().from(deviceTokens),
    await db.select().from(authTokens),
  ].flat()
  return rows.filter((row) => row.userId === 2 && !('revokedAt' in row && row.revokedAt !== null))
    .length
}

test('are listed as they live, the last used first, with where and when', async () => {
  const app = await withLogins()
  const listed = await listDevices(app.deps(), await callerBy(app))
  expect(listed.map(({ id }) => id)).toEqual(ALL)
  const now = app.clock.now().getTime()
  const [jwt, , , , old] = listed
  expect(jwt).toEqual({
    kind: 'jwt',
    id: 'jwt',
    name: 'Work',
    userAgent: 'curl/8',
    country: 'NL',
    city: 'Delft',
    createdAtMs: now - 9_000,
    usedAtMs: now - 1_000,
    expiresAtMs: now + 1,
    device: { browser: 'curl', system: '', kind: 'program' },
    isCurrent: false,
  })
  expect(old).toMatchObject({ kind: 'token', name: '', usedAtMs: now - 9_500, expiresAtMs: null })
  expect(listed.map(({ kind }) => kind)).toEqual(['jwt', 'session', 'token', 'session', 'token'])
})

test.each<[CallerCredential, string | undefined]>([
  [TOKEN, idOf('token')],
  [{ kind: 'session', keyHash: hashOf('session') }, idOf('session')],
  [{ kind: 'jwt', family: 'jwt' }, 'jwt'],
  [{ kind: 'jwt', family: undefined }, undefined],
  // The same name of another kind is another one.
  [{ kind: 'jwt', family: idOf('session') }, undefined],
])('the one that %j came by is marked', async (credential, current) => {
  const app = await withLogins()
  const listed = await listDevices(app.deps(), await callerBy(app, credential))
  expect(listed.find(({ isCurrent }) => isCurrent)?.id).toBe(current)
})

test('at most 200 are listed', async () => {
  const app = await withLogins()
  const row = { userId: 1, createdAt: new Date(1), lastUsedAt: new Date(1), expiresAt: null }
  await app
    .deps()
    .db.insert(deviceTokens)
    .values(Array.from({ length: 200 }, (_, index) => ({ ...row, keyHash: `many-${index}` })))
  expect(await idsOf(app)).toHaveLength(200)
})

describe('ending', () => {
  test.each(ALL)('of %s ends it alone, and is noted', async (id) => {
    const app = await withLogins()
    const caller = await callerBy(app)
    expect(await endDevice(app.deps(), caller, id)).toBe('ended')
    expect(await idsOf(app)).toEqual(ALL.filter((other) => other !== id))
    expect(await audited(app)).toEqual([['session_ended', 1]])
    expect(await endDevice(app.deps(), caller, id)).toBe('unknown')
    expect(await audited(app)).toHaveLength(1)
    expect(await untouched(app)).toBe(4)
  })

  test.each([
    'jwt-over',
    'jwt-ended',
    'jwt-bob',
    idOf('session-bob'),
    idOf('token-bob'),
    idOf('old-bob'),
    'none',
  ])('of %s ends nothing', async (id) => {
    const app = await withLogins()
    expect(await endDevice(app.deps(), await callerBy(app), id)).toBe('unknown')
    expect(await idsOf(app)).toEqual(ALL)
    expect(await audited(app)).toEqual([])
    expect(await untouched(app)).toBe(4)
  })

  test('of all others leaves the one that the caller came by', async () => {
    const app = await withLogins()
    // Four that live, and two that are over but still stored.
    expect(await endOtherDevices(app.deps(), await callerBy(app))).toBe(6)
    expect(await idsOf(app)).toEqual([idOf('token')])
    expect(await audited(app)).toEqual([['session_ended', 1]])
    expect(await untouched(app)).toBe(4)
  })

  test.each<[CallerCredential, string, number]>([
    [{ kind: 'session', keyHash: hashOf('session') }, idOf('session'), 6],
    [{ kind: 'jwt', family: 'jwt' }, 'jwt', 6],
    [{ kind: 'token', keyHash: hashOf('old') }, idOf('old'), 6],
  ])('of all others leaves the one of %j', async (credential, id, count) => {
    const app = await withLogins()
    expect(await endOtherDevices(app.deps(), await callerBy(app, credential))).toBe(count)
    expect(await idsOf(app)).toEqual([id])
    expect(await untouched(app)).toBe(4)
  })

  test('of all others ends all, where the caller came by none that is listed', async () => {
    const app = await withLogins()
    const caller = await callerBy(app, { kind: 'jwt', family: undefined })
    expect(await endOtherDevices(app.deps(), caller)).toBe(7)
    expect(await idsOf(app)).toEqual([])
  })
})

describe('naming', () => {
  test.each(['jwt', idOf('session'), idOf('token')])('names %s alone', async (id) => {
    const app = await withLogins()
    const caller = await callerBy(app)
    const name = 'x'.repeat(100)
    expect(await renameDevice(app.deps(), caller, { id, name })).toEqual({ kind: 'named' })
    const listed = await listDevices(app.deps(), caller)
    expect(listed.filter((one) => one.name === name).map((one) => one.id)).toEqual([id])
    expect(await renameDevice(app.deps(), caller, { id, name: '' })).toEqual({ kind: 'named' })
  })

  test.each([
    idOf('old'),
    'jwt-over',
    'jwt-bob',
    idOf('session-over'),
    idOf('session-bob'),
    idOf('token-over'),
    idOf('token-bob'),
  ])('knows no %s', async (id) => {
    const app = await withLogins()
    const given = { id, name: 'x' }
    expect(await renameDevice(app.deps(), await callerBy(app), given)).toEqual({
      kind: 'unknown',
    })
  })

  const ENDS: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
    'is deactivated': (app) => change(app, { isActive: false }),
    'has another password': (app) => change(app, { password: 'another' }),
    'has revoked its tokens': (app) => change(app, { tokensRevokedAt: new Date(1) }),
    'has another token': (app) => ofToken(app, { keyHash: hashOf('another') }),
    'has lost its token to another': (app) => ofToken(app, { userId: 2 }),
  }
  const change = (app: TestApp, changed: Partial<typeof users.$inferInsert>) =>
    app.deps().db.update(users).set(changed).where(eq(users.id, 1))
  const ofToken = (app: TestApp, changed: Partial<typeof deviceTokens.$inferInsert>) =>
    app.deps().db.update(deviceTokens).set(changed).where(eq(deviceTokens.keyHash, TOKEN.keyHash))

  test.each(Object.entries(ENDS))('is nothing for a caller who %s', async (_, end) => {
    const app = await withLogins()
    await app
      .deps()
      .db.insert(deviceTokens)
      .values({
        userId: 1,
        keyHash: hashOf('phone'),
        createdAt: new Date(1),
        lastUsedAt: new Date(1),
      })
    const caller = await callerBy(app)
    await end(app)
    for (const id of ['jwt', idOf('session'), idOf('phone')]) {
      const given = { id, name: 'x' }
      expect(await renameDevice(app.deps(), caller, given)).toEqual({ kind: 'unknown' })
    }
  })

  test('takes no longer one, and none of a caller whose token has ended', async () => {
    const app = await withLogins()
    const caller = await callerBy(app)
    const long = { id: 'jwt', name: 'x'.repeat(101) }
    expect(await renameDevice(app.deps(), caller, long)).toMatchObject({
      kind: 'invalid',
      faults: [{ field: 'name' }],
    })
    await app.deps().db.delete(deviceTokens)
    const given = { id: 'jwt', name: 'x' }
    expect(await renameDevice(app.deps(), caller, given)).toEqual({ kind: 'unknown' })
  })
})
