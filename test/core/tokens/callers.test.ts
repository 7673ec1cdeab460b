/** Who calls, by token, session or JWT: what is found of them, what refuses them, and which uses are recorded. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  callerByClaims,
  callerByJwt,
  callerBySession,
  callerByToken,
  isRevokedByPassword,
  isRevokedSince,
  proofClaim,
  provedOf,
  revokeClaim,
  sessionAuthHash,
  tokenVersion,
  type AuthenticationDeps,
} from '../../../src/core/tokens/authentication.ts'
import {
  deleteAuthToken,
  deleteOwnedToken,
  deleteSession,
  deleteSessionBeside,
  findClaimOwner,
  findSessionOwner,
  findTokenOwner,
  NO_USER,
} from '../../../src/core/tokens/credentials.sql.ts'
import type { Claims } from '../../../src/core/tokens/jwt.ts'
import { deleteDeviceToken } from '../../../src/core/tokens/device-token.sql.ts'
import { derivedPublicId, readPublicId } from '../../../src/core/tokens/public-id.ts'
import { sha256Hex } from '../../../src/crypto.ts'
import {
  authTokens,
  deviceTokens,
  refreshFamilies,
  sessions,
} from '../../../src/db/schema/credentials.ts'
import { publicIds } from '../../../src/db/schema/public-ids.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { signTestToken } from '../../support/answer.ts'
import { seedKey } from '../../support/second-factor.ts'
import { seedSocialAccount } from '../../support/seed.ts'
import { REQUIRED_ENV, settingsOf } from '../../support/settings.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const DAY = 86_400
const UUID = '018f4d5e-7a3b-7c1d-9e2f-0a1b2c3d4e5f'
const JWT = { USE_JWT: 'true', DJANGO_COMPATIBILITY: 'exact' }

let app: TestApp
let deps: Deps

async function open(env: Readonly<Record<string, unknown>> = {}): Promise<void> {
  app = await createTestApp({ users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })], env })
  deps = app.deps()
}

const now = () => deps.now
const ago = (seconds: number) => new Date(now().getTime() - seconds * 1000)
const ahead = (seconds: number) => ago(-seconds)
const deactivate = () => deps.db.update(users).set({ isActive: false })

/** What is read beside the caller. */
const reading = (): AuthenticationDeps => ({
  ...deps,
  readsProof: true,
  column: sql<string>`"users"."first_name" || 'x'`,
})

describe('by the token of an account', () => {
  beforeEach(() => open())

  test('the owner is found, and no more is read than is asked for', async () => {
    const keyHash = await sha256Hex(KEY)
    expect(await callerByToken(deps, KEY)).toStrictEqual({
      kind: 'user',
      user: expect.objectContaining({ id: 1, username: 'alice' }) as unknown,
      credential: { kind: 'token', keyHash },
    })
    await seedSocialAccount(deps, { userId: 1, provider: 'google', uid: 'a' })
    await seedKey(app, 'laptop')
    expect(await callerByToken(reading(), KEY)).toMatchObject({
      column: 'x',
      proofState: { provedAt: now(), hasApp: false, hasPasskey: true, providers: ['google'] },
    })
  })

  test('unknown ones, and those of the deactivated, are told apart', async () => {
    expect(await callerByToken(deps, 'x')).toEqual({ kind: 'unknown_token' })
    await deactivate()
    expect(await callerByToken(deps, KEY)).toEqual({ kind: 'inactive' })
  })

  test('who logs in by it is found for its counter', async () => {
    const owners = async () =>
      Promise.all(
        [KEY, 'x'].map(async (key) => {
          const { id, values } = findTokenOwner(await sha256Hex(key))
          expect(values).toEqual({ keyHash: await sha256Hex(key) })
          return id
        }),
      )
    expect(new Set(await owners()).size).toBe(1)
  })

  test('it ends by its own key, or by its account', async () => {
    const hash = await sha256Hex(KEY)
    expect(await deleteOwnedToken(deps.db, 'x')).toEqual([])
    await deleteAuthToken(deps.db, 2)
    await deleteAuthToken(deps.db, NO_USER)
    expect(await deps.db.$count(authTokens)).toBe(1)
    expect(await deleteOwnedToken(deps.db, hash)).toEqual([{ userId: 1 }])
    expect(await deps.db.$count(authTokens)).toBe(0)
    await open()
    await deleteAuthToken(deps.db, 1)
    expect(await deps.db.$count(authTokens)).toBe(0)
  })
})

describe('by the token of a device', () => {
  const ON = { TOKEN_PER_DEVICE: 'true', SESSION_MANAGEMENT: 'true', SESSION_DEVICES: 'true' }

  async function device(key: string, more: Partial<typeof deviceTokens.$inferInsert> = {}) {
    const row = { createdAt: ago(DAY), lastUsedAt: ago(300), ...more }
    await deps.db.insert(deviceTokens).values({ keyHash: await sha256Hex(key), userId: 2, ...row })
  }
  const uses = async () => {
    await app.settle()
    const rows = await deps.db.select().from(deviceTokens).orderBy(deviceTokens.lastUsedAt)
    return rows.map(({ lastUsedAt, expiresAt }) => [lastUsedAt, expiresAt])
  }

  beforeEach(() => open(ON))

  test('its owner is found, and the account’s one token from before', async () => {
    await device('phone')
    const keyHash = await sha256Hex('phone')
    expect(await callerByToken(reading(), 'phone')).toMatchObject({
      kind: 'user',
      user: { id: 2 },
      credential: { kind: 'token', keyHash, isOfDevice: true },
      column: 'x',
    })
    const old = await callerByToken(deps, KEY)
    expect(old).toStrictEqual({
      kind: 'user',
      user: expect.objectContaining({ id: 1 }) as unknown,
      credential: { kind: 'token', keyHash: await sha256Hex(KEY) },
    })
    expect(old).not.toHaveProperty('user.usedAtMs')
    expect(await callerByToken(deps, 'x')).toEqual({ kind: 'unknown_token' })
  })

  test('of the deactivated, or at its end, it finds nobody', async () => {
    await device('ends', { expiresAt: now() })
    await device('lasts', { expiresAt: new Date(now().getTime() + 1) })
    expect(await callerByToken(deps, 'ends')).toEqual({ kind: 'unknown_token' })
    expect((await callerByToken(deps, 'lasts')).kind).toBe('user')
    await deactivate()
    expect(await callerByToken(deps, 'lasts')).toEqual({ kind: 'inactive' })
  })

  test('its use is recorded, but for five minutes after the last one, and of that one alone', async () => {
    await device('phone')
    await device('pad', { lastUsedAt: ago(299) })
    await callerByToken(deps, 'phone')
    await callerByToken(deps, 'pad')
    expect(await uses()).toEqual([
      [ago(299), null],
      [now(), null],
    ])
  })

  test.each([
    [{}, 'phone', null],
    [{ LOGIN_LIFETIME_SECONDS: String(2 * DAY) }, 'phone', DAY],
    [{ LOGIN_IDLE_SECONDS: '7200' }, 'phone', 7200],
    [{ LOGIN_IDLE_SECONDS: '7200', LOGIN_LIFETIME_SECONDS: String(2 * DAY) }, 'phone', 7200],
    [
      { LOGIN_IDLE_SECONDS: String(3 * DAY), LOGIN_LIFETIME_SECONDS: String(2 * DAY) },
      'phone',
      DAY,
    ],
    [{ UNREMEMBERED_LOGIN_SECONDS: String(DAY + 60) }, 'phone.s', 60],
  ])('with %j the use of %s prolongs it alone, to %j seconds', async (env, key, seconds) => {
    await open({ ...ON, ...env })
    await device(key)
    await device('another', { expiresAt: ahead(9) })
    await callerByToken(deps, key)
    expect(await uses()).toEqual([
      [ago(300), ahead(9)],
      [now(), seconds === null ? null : ahead(seconds)],
    ])
  })

  test('where uses are not recorded, none is', async () => {
    await open({ TOKEN_PER_DEVICE: 'true' })
    await device('phone')
    expect((await callerByToken(deps, 'phone')).kind).toBe('user')
    expect(await uses()).toEqual([[ago(300), null]])
  })

  test('it ends by itself', async () => {
    await device('phone')
    await device('pad')
    await deleteDeviceToken(deps.db, await sha256Hex('phone'))
    expect(await deps.db.$count(deviceTokens)).toBe(1)
  })
})

describe('by a session', () => {
  async function session(key: string, more: Partial<typeof sessions.$inferInsert> = {}) {
    const [row] = await deps.db.select().from(users)
    const authHash = await sessionAuthHash(row?.password ?? '', deps.settings.SECRET_KEY)
    const times = { createdAt: ago(DAY), expiresAt: ahead(60) }
    const keyHash = await sha256Hex(key)
    await deps.db.insert(sessions).values({ keyHash, userId: 1, authHash, ...times, ...more })
  }
  const all = async () => {
    await app.settle()
    return deps.db.select().from(sessions)
  }

  const FORMS = [
    ['as it is', {}],
    ['with its uses', { SESSION_MANAGEMENT: 'true', SESSION_DEVICES: 'true' }],
  ] as const

  test.each(FORMS)('%s, its owner is found', async (_, env) => {
    await open(env)
    await session('s')
    expect(await callerBySession(deps, 's')).toStrictEqual({
      kind: 'user',
      user: expect.objectContaining({ id: 1, username: 'alice' }) as unknown,
      credential: { kind: 'session', keyHash: await sha256Hex('s') },
    })
    expect(await callerBySession(reading(), 's')).toMatchObject({ column: 'x' })
    expect(await callerBySession(deps, 'x')).toEqual({ kind: 'over' })
  })

  test.each(FORMS)(
    '%s, it is over at its end, with another password, or of the deactivated',
    async (_, env) => {
      await open(env)
      await session('ends', { expiresAt: now() })
      await session('other', {
        authHash: await sessionAuthHash('another', deps.settings.SECRET_KEY),
      })
      await session('good')
      expect(await callerBySession(deps, 'ends')).toEqual({ kind: 'over' })
      expect(await callerBySession(deps, 'other')).toEqual({ kind: 'over' })
      await deactivate()
      expect(await callerBySession(deps, 'good')).toEqual({ kind: 'inactive' })
    },
  )

  test('that a secret of before binds is good, and bound anew', async () => {
    const old = 'an-old-secret-key-of-more-than-thirty-two-bytes'
    await open({ SECRET_KEY_FALLBACKS: ['a-stranger-secret-of-more-than-32-bytes', old] })
    const [row] = await deps.db.select().from(users)
    const formerly = await sessionAuthHash(row?.password ?? '', old)
    await session('s', { authHash: formerly })
    await session('another', { authHash: formerly })
    expect((await callerBySession(deps, 's')).kind).toBe('user')
    const authHash = await sessionAuthHash(row?.password ?? '', REQUIRED_ENV.SECRET_KEY)
    const bound = { lastUsedAt: null, expiresAt: ahead(60) }
    expect(await all()).toMatchObject([
      { authHash, ...bound },
      { authHash: formerly, ...bound },
    ])
  })

  test.each([
    [{}, 's', undefined, null, 60],
    [FORMS[1][1], 's', undefined, 0, 13 * DAY],
    [FORMS[1][1], 's', 300, 0, 13 * DAY],
    [FORMS[1][1], 's', 299, 299, 60],
    [{ LOGIN_IDLE_SECONDS: '7200' }, 's', 300, 0, 7200],
    [{ LOGIN_IDLE_SECONDS: '7200' }, 's', 299, 299, 60],
    [{ LOGIN_IDLE_SECONDS: '400' }, 's', 100, 0, 400],
    [{ LOGIN_IDLE_SECONDS: '400' }, 's', 99, 99, 60],
    [{ ...FORMS[1][1], LOGIN_LIFETIME_SECONDS: String(2 * DAY) }, 's', undefined, 0, DAY],
    [{ ...FORMS[1][1], LOGIN_LIFETIME_SECONDS: String(99 * DAY) }, 's', undefined, 0, 13 * DAY],
    [{ ...FORMS[1][1], UNREMEMBERED_LOGIN_SECONDS: String(DAY + 60) }, 's.s', undefined, 0, 60],
  ])(
    'with %j, of %s that was used %j seconds ago, is recorded %j, and it ends in %i',
    async (env, key, usedAgo, recorded, ends) => {
      await open(env)
      const lastUsedAt = usedAgo === undefined ? null : ago(usedAgo)
      await session(key, { lastUsedAt })
      await session('another')
      await callerBySession(deps, key)
      const rows = await all()
      const keyHash = await sha256Hex(key)
      expect(rows.find((row) => row.keyHash === keyHash)).toMatchObject({
        lastUsedAt: recorded === null ? null : ago(recorded),
        expiresAt: ahead(ends),
      })
      expect(rows.find((row) => row.keyHash !== keyHash)).toMatchObject({ lastUsedAt: null })
    },
  )

  test('who is logged in by it is found for its counter; it ends by its key', async () => {
    await open()
    await session('s')
    const hash = await sha256Hex('s')
    expect(findSessionOwner(hash, now())).toMatchObject({
      values: { keyHash: hash, nowMs: now().getTime() },
    })
    expect(findClaimOwner('7')).toMatchObject({ values: { ownerId: '7' } })
    await deleteSessionBeside(deps.db, hash, 'x')
    expect(await deleteSession(deps.db, 'x')).toEqual([])
    expect(await all()).toHaveLength(1)
    expect(await deleteSession(deps.db, hash)).toEqual([{ userId: 1 }])
    await session('s')
    await deleteSessionBeside(deps.db, hash, await sha256Hex(KEY))
    expect(await all()).toEqual([])
  })
})

describe('by a JWT', () => {
  const CLAIMS = { user_id: '1', family: 'f' }
  beforeEach(() => open(JWT))

  const family = (revokedAt: Date | null) =>
    deps.db.insert(refreshFamilies).values({
      family: 'f',
      userId: 1,
      createdAt: now(),
      lastUsedAt: now(),
      expiresAt: ahead(60),
      revokedAt,
    })

  test('the user is found, and what the token says of its login', async () => {
    const found = async (claims: object) => {
      const caller = await callerByClaims(deps, { ...CLAIMS, ...claims })
      return caller.kind === 'user' ? caller.credential : caller
    }
    expect(await callerByClaims(deps, CLAIMS)).toStrictEqual({
      kind: 'user',
      user: expect.objectContaining({ id: 1 }) as unknown,
      credential: { kind: 'jwt', family: 'f' },
      claims: CLAIMS,
    })
    const plain = { kind: 'jwt', family: 'f' }
    expect(await found({ family: 7 })).toStrictEqual({ ...plain, family: undefined })
    expect(await found({ remember: true, proved_at: 'x' })).toStrictEqual(plain)
    expect(await found({ remember: false })).toStrictEqual({ ...plain, isRemembered: false })
    expect(await found({ proved_at: 5 })).toStrictEqual({ ...plain, provedAt: new Date(5000) })
    expect(await found({ client_id: 'shop' })).toStrictEqual(plain)
    expect(await callerByClaims(reading(), CLAIMS)).toMatchObject({ column: 'x' })
    await open({ ...JWT, JWT_CLIENTS: { shop: {} } })
    expect(await found({ client_id: 'shop' })).toStrictEqual({ ...plain, client: 'shop' })
    expect(await found({})).toStrictEqual(plain)
  })

  test('a good token finds its user, a bad one says what is wrong with it', async () => {
    const good = { token_type: 'access', jti: 'j', exp: Math.floor(now().getTime() / 1000) + 60 }
    const tokenOf = (claims: object) => signTestToken(deps.settings, { ...CLAIMS, ...claims })
    expect(await callerByJwt(deps, await tokenOf(good))).toMatchObject({ kind: 'user' })
    expect(await callerByJwt(deps, await tokenOf({ ...good, exp: 1 }))).toEqual({
      kind: 'invalid',
      code: 'jwt_expired',
    })
  })

  test.each<[object, object]>([
    [{ user_id: undefined }, { kind: 'no_user_claim' }],
    [{ user_id: true }, { kind: 'invalid', code: 'jwt_invalid' }],
    [{ user_id: '9' }, { kind: 'refused', code: 'user_not_found' }],
  ])('whose claims are %j is refused', async (claims, outcome) => {
    expect(await callerByClaims(deps, { ...CLAIMS, ...claims })).toEqual(outcome)
  })

  test('whose login has ended is refused', async () => {
    await family(null)
    expect((await callerByClaims(deps, CLAIMS)).kind).toBe('user')
    await deps.db.update(refreshFamilies).set({ revokedAt: now() })
    expect(await callerByClaims(deps, CLAIMS)).toEqual({ kind: 'invalid', code: 'jwt_blacklisted' })
    expect((await callerByClaims(deps, { ...CLAIMS, family: 'g' })).kind).toBe('user')
  })

  test('of the deactivated is refused where that is asked for', async () => {
    await deactivate()
    expect(await callerByClaims(deps, CLAIMS)).toEqual({ kind: 'refused', code: 'user_inactive' })
    await open({ ...JWT, SIMPLE_JWT_CHECK_USER_IS_ACTIVE: 'false' })
    await deactivate()
    expect((await callerByClaims(deps, CLAIMS)).kind).toBe('user')
  })

  test('from before a revocation, or another password, is refused', async () => {
    const changed = { kind: 'refused', code: 'password_changed' }
    const { settings } = deps
    await deps.db.update(users).set({ tokensRevokedAt: new Date(5000) })
    expect(await callerByClaims(deps, { ...CLAIMS, token_version: 4999 })).toEqual(changed)
    expect((await callerByClaims(deps, { ...CLAIMS, token_version: 5000 })).kind).toBe('user')
    const bound = { ...deps, settings: { ...settings, SIMPLE_JWT_CHECK_REVOKE_TOKEN: true } }
    expect(await callerByClaims(bound, { ...CLAIMS, token_version: 5000 })).toEqual(changed)
  })

  test.each<[unknown, number | undefined]>([
    [undefined, undefined],
    [{ sub: '7' }, 7],
    [{ sub: '123456789012345' }, 123_456_789_012_345],
    [{ sub: '1234567890123456' }, 0],
    [{ sub: '07' }, 0],
    [{ sub: 'x7' }, 0],
    [{ sub: '7x' }, 0],
    [{ sub: 7 }, 0],
    [{}, 0],
    [null, 0],
    ['7', 0],
    [7, 0],
  ])('with the actor %j is used by %j', async (act, actorId) => {
    const caller = await callerByClaims(deps, { ...CLAIMS, act })
    expect(caller).toMatchObject({ kind: 'user', ...(actorId !== undefined && { actorId }) })
    expect('actorId' in caller).toBe(actorId !== undefined)
  })
})

test('USER_PK = uuid: an account from before gets its id with its first request', async () => {
  await open({ USER_PK: 'uuid' })
  const publicId = await derivedPublicId(deps.settings, 1)
  expect(await callerByToken(deps, KEY)).toMatchObject({ user: { more: { publicId } } })
  await app.settle()
  expect(await deps.db.select().from(publicIds)).toMatchObject([{ userId: 1, publicId }])
  // What is written counts, whatever would be derived.
  await deps.db.update(publicIds).set({ publicId: UUID })
  expect(await callerByToken(deps, KEY)).toMatchObject({ user: { more: { publicId: UUID } } })
  expect(await readPublicId(deps, 1)).toBe(UUID)
  expect(await readPublicId(deps, 2)).toBe(await derivedPublicId(deps.settings, 2))
})

describe('a JWT’s word', () => {
  const revoked = new Date(5500)

  test.each<[Claims, Date | null, boolean]>([
    [{ token_version: 5500 }, revoked, false],
    [{ token_version: 5499, iat: 9 }, revoked, true],
    [{ token_version: '5500', iat: 9 }, revoked, true],
    [{ token_version: 0 }, null, false],
    [{ token_version: 1 }, null, true],
    [{}, null, false],
    [{ iat: 6 }, revoked, false],
    [{ iat: 5 }, revoked, true],
    [{ iat: 4 }, revoked, true],
    [{ iat: '6' }, revoked, true],
    [{}, revoked, true],
  ])('of %j is over by a revocation at %j: %j', (claims, revokedAt, isOver) => {
    expect(isRevokedSince(claims, revokedAt)).toBe(isOver)
    expect(tokenVersion(revokedAt)).toBe(revokedAt === null ? 0 : 5500)
  })

  test('of the password is its MD5 in capitals, where the setting asks for it', async () => {
    const user = { passwordHash: 'hash' }
    const claim = '0800FC577294C34E0B28AD2839435945'
    expect(await revokeClaim('hash')).toBe(claim)
    const asks = { settings: settingsOf({ SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true' }) }
    expect(await isRevokedByPassword(asks, { hash_password: claim }, user)).toBe(false)
    expect(await isRevokedByPassword(asks, { hash_password: 'x' }, user)).toBe(true)
    expect(await isRevokedByPassword(asks, {}, user)).toBe(true)
    expect(await isRevokedByPassword({ settings: settingsOf() }, {}, user)).toBe(false)
  })

  test('of the last proof is in whole seconds, where anything asks for it', () => {
    const at = new Date(5_999)
    const settings = settingsOf({ MFA_ENABLED: 'true' })
    expect(proofClaim({ settings, now: at })).toEqual({ proved_at: 5 })
    expect(proofClaim({ settings: settingsOf(), now: at })).toEqual({})
    expect(provedOf({ proved_at: 5 })).toEqual({ provedAt: new Date(5000) })
    expect(provedOf({ proved_at: '5' })).toEqual({})
  })
})
