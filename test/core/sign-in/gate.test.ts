import { describe, expect, test } from 'vitest'
import {
  completeSignIn,
  continueSignIn,
  prepareSignIn,
} from '../../../src/core/sign-in/complete.ts'
import { wantedBy, type Wanted } from '../../../src/core/sign-in/credentials.ts'
import { keyOf, storedKeyOf, tokenFor } from '../../../src/core/sign-in/issued-token.ts'
import { newJwtPair, versionClaim } from '../../../src/core/sign-in/jwt-pair.ts'
import type { SignIn } from '../../../src/core/sign-in/sign-in.ts'
import { revokeClaim, sessionAuthHash } from '../../../src/core/tokens/authentication.ts'
import { proofOf, type ProofKind } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
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
import { FACTORS, seedFactor } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

// What the gate hands out, and what it writes down of it.

const NOTHING: Wanted = { key: false, jwt: false, session: false }
const KEY = { ...NOTHING, key: true }
const PAIR = { ...NOTHING, jwt: true }
const SESSION = { ...NOTHING, session: true }
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const CLIENT = { userAgent: 'Test/1', country: 'NL', city: 'Delft' }
const RECORDING = { SESSION_DEVICES: 'true' }
const PROVING = { ACCOUNT_REAUTHENTICATION_REQUIRED: 'true' }

function appWith(
  env: Readonly<Record<string, unknown>> = {},
  client: Partial<Deps['client']> = CLIENT,
): Promise<TestApp> {
  return createTestApp({ env, users: [aUser()], client })
}

async function signIn(
  app: TestApp,
  wanted: Wanted,
  { how = 'password', ...more }: Partial<SignIn> & { readonly how?: ProofKind } = {},
) {
  const [user] = await app.deps().db.select(userColumns).from(users)
  if (user === undefined) throw new Error('nobody')
  const outcome = await completeSignIn(
    app.deps(),
    { proof: proofOf(how, user), wanted, email: 'verified', missingFactor: null, ...more },
    user,
  )
  await app.settle()
  if (outcome.kind !== 'issued') throw new Error(outcome.kind)
  return outcome
}

const later = (app: TestApp, seconds: number) =>
  new Date(app.clock.now().getTime() + seconds * 1000)

describe('a token of a device', () => {
  const PER_DEVICE = { TOKEN_PER_DEVICE: 'true' }

  test.each([
    ['for ever', {}, null],
    ['as long as a login may live', { LOGIN_LIFETIME_SECONDS: '3600' }, 3_600],
    ['as long as it may be idle', { LOGIN_IDLE_SECONDS: '600' }, 600],
  ])('lives %s', async (_, env, seconds) => {
    const app = await appWith({ ...PER_DEVICE, ...env })
    const { credentials } = await signIn(app, KEY)
    const now = app.clock.now()
    expect(await app.deps().db.select().from(deviceTokens)).toEqual([
      {
        keyHash: await sha256Hex(credentials.key ?? ''),
        userId: 1,
        name: '',
        ...CLIENT,
        createdAt: now,
        lastUsedAt: now,
        expiresAt: seconds === null ? null : later(app, seconds),
      },
    ])
  })

  test('is of a client that says nothing of its city', async () => {
    const app = await appWith(PER_DEVICE, { userAgent: 'x', country: 'NL' })
    await signIn(app, KEY)
    expect(await app.deps().db.select().from(deviceTokens)).toMatchObject([{ city: '' }])
  })
})

describe('a session', () => {
  test.each([
    ['is recorded with its client where uses are', RECORDING, CLIENT, true],
    ['is not where they are not', {}, { userAgent: '', country: '', city: '' }, false],
  ])('%s', async (_, env, client, isUsed) => {
    const app = await appWith({ SESSION_LOGIN: 'true', SESSION_COOKIE_AGE: '3600', ...env })
    const { credentials, user } = await signIn(app, SESSION)
    const now = app.clock.now()
    expect(await app.deps().db.select().from(sessions)).toEqual([
      {
        keyHash: await sha256Hex(credentials.sessionKey ?? ''),
        userId: 1,
        name: '',
        authHash: await sessionAuthHash(user.passwordHash, app.settings.SECRET_KEY),
        ...client,
        createdAt: now,
        lastUsedAt: isUsed ? now : null,
        expiresAt: later(app, 3_600),
      },
    ])
    expect(credentials).toEqual({ sessionKey: expect.any(String) })
  })

  test('of a client that says nothing of its city, and no longer than a login', async () => {
    const app = await appWith(
      { SESSION_LOGIN: 'true', LOGIN_LIFETIME_SECONDS: '60', ...RECORDING },
      { userAgent: 'x', country: 'NL' },
    )
    await signIn(app, SESSION)
    const [row] = await app.deps().db.select().from(sessions)
    expect(row).toMatchObject({ city: '', expiresAt: later(app, 60) })
  })
})

describe('a JWT login', () => {
  test('is recorded with its client', async () => {
    const app = await appWith({ ...JWT, SIMPLE_JWT_REFRESH_TOKEN_LIFETIME: '3600' })
    const { credentials } = await signIn(app, PAIR)
    const now = app.clock.now()
    const { family } = claimsOf(credentials.jwt?.refresh ?? '')
    expect(await app.deps().db.select().from(refreshFamilies)).toEqual([
      {
        family,
        userId: 1,
        name: '',
        ...CLIENT,
        createdAt: now,
        lastUsedAt: now,
        revokedAt: null,
        expiresAt: later(app, 3_600),
      },
    ])
  })

  test.each([
    ['without families', { ...JWT, REFRESH_TOKEN_FAMILIES: 'false' }, PAIR],
    ['where none is wanted', JWT, KEY],
  ])('is not recorded %s', async (_, env, wanted) => {
    const app = await appWith(env)
    await signIn(app, wanted)
    expect(await app.deps().db.select().from(refreshFamilies)).toEqual([])
  })

  test('waits for nothing', async () => {
    const app = await appWith(JWT)
    const [user] = await app.deps().db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    const proof = proofOf('password', user)
    const given = { proof, wanted: PAIR, email: 'verified', missingFactor: null } as const
    const { total } = await app.costOf(() => completeSignIn(app.deps(), given, user))
    expect(total.roundTrips).toBe(1)
    const nothing = { ...given, wanted: NOTHING, storedKey: undefined }
    expect((await app.costOf(() => completeSignIn(app.deps(), nothing, user))).total).toEqual({
      roundTrips: 0,
      statements: 0,
    })
  })
})

describe('proofs of presence', () => {
  const EVERYTHING = { key: true, jwt: true, session: true }

  test.each([
    ['password', true],
    ['provider', true],
    ['registration', true],
    ['caller', false],
    ['impersonation', false],
  ] as const)('by %s are kept of all that is handed out: %s', async (how, isKept) => {
    const app = await appWith({ ...JWT, ...PROVING, SESSION_LOGIN: 'true' })
    const { credentials } = await signIn(app, EVERYTHING, { how })
    const kept = await app.deps().db.select().from(recentProofs)
    const names = [
      `token:${await sha256Hex(credentials.key ?? '')}`,
      `session:${await sha256Hex(credentials.sessionKey ?? '')}`,
    ]
    expect(kept.map(({ credential }) => credential).toSorted((a, b) => b.localeCompare(a))).toEqual(
      isKept ? names : [],
    )
    const seconds = Math.floor(app.clock.now().getTime() / 1000)
    expect(claimsOf(credentials.jwt?.access ?? '')['proved_at']).toBe(isKept ? seconds : undefined)
  })
})

describe('the last login', () => {
  test.each([
    [{}, KEY, true],
    [JWT, PAIR, false],
    [{ ...JWT, SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' }, PAIR, true],
    [
      { ...JWT, HONOUR_UPDATE_LAST_LOGIN: 'false', SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' },
      PAIR,
      false,
    ],
    [{ ...JWT, HONOUR_UPDATE_LAST_LOGIN: 'false', SESSION_LOGIN: 'true' }, SESSION, true],
  ])('under %j with %j is noted: %s', async (env, wanted, isNoted) => {
    const app = await appWith(env)
    await signIn(app, wanted)
    const [user] = await app.deps().db.select({ at: users.lastLoginAt }).from(users)
    expect(user?.at).toEqual(isNoted ? app.clock.now() : null)
  })
})

describe('a better hash', () => {
  test('is in the account that is answered, and binds what is handed out', async () => {
    const app = await appWith({
      ...JWT,
      SESSION_LOGIN: 'true',
      SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true',
    })
    const before = await signIn(app, SESSION)
    const { user, credentials } = await signIn(
      app,
      { ...PAIR, session: true },
      { newHash: 'better' },
    )
    expect(user.passwordHash).toBe('better')
    expect(claimsOf(credentials.jwt?.refresh ?? '')['hash_password']).toBe(
      await revokeClaim('better'),
    )
    const [stored] = await app.deps().db.select({ hash: users.password }).from(users)
    expect(stored?.hash).toBe('better')
    const bound = await sessionAuthHash('better', app.settings.SECRET_KEY)
    const rows = await app.deps().db.select().from(sessions)
    expect(rows.map(({ authHash }) => authHash)).toEqual([bound, bound])
    expect(before.credentials.sessionKey).not.toBe(credentials.sessionKey)
  })

  test('binds sessions of secrets of before, and none of another password', async () => {
    const app = await appWith({
      SECRET_KEY_FALLBACKS: 'an-older-secret-key-0123456789-abcdefghijk',
    })
    const { user } = await signIn(app, KEY)
    const old = await sessionAuthHash(
      user.passwordHash,
      'an-older-secret-key-0123456789-abcdefghijk',
    )
    const now = app.clock.now()
    const row = { userId: 1, createdAt: now, expiresAt: later(app, 60) }
    await app
      .deps()
      .db.insert(sessions)
      .values([
        { ...row, keyHash: 'old', authHash: old },
        { ...row, keyHash: 'strange', authHash: 'elsewhere' },
      ])
    await signIn(app, NOTHING, { newHash: 'better' })
    const rows = await app.deps().db.select().from(sessions).orderBy(sessions.keyHash)
    expect(rows.map(({ authHash }) => authHash)).toEqual([
      await sessionAuthHash('better', app.settings.SECRET_KEY),
      'elsewhere',
    ])
  })
})

describe('a second factor that was set up meanwhile', () => {
  test.each([
    ['password', true],
    ['second_factor', false],
  ] as const)('stops a login by %s: %s', async (how, isStopped) => {
    const app = await appWith(FACTORS)
    await seedFactor(app)
    const done = await signIn(app, KEY, { how }).catch((error: unknown) => String(error))
    expect(done === 'Error: stale_proof').toBe(isStopped)
    expect(await app.deps().db.select().from(authTokens)).toHaveLength(isStopped ? 0 : 1)
  })

  test.each([
    [true, false],
    [false, true],
  ])(
    'stops one by a passkey whose user was verified (%s): %s',
    async (isUserVerified, isStopped) => {
      const app = await appWith(FACTORS)
      await seedFactor(app)
      const given = { how: 'passkey', method: { isUserVerified } } as const
      const done = await signIn(app, KEY, given).catch((error: unknown) => String(error))
      expect(done === 'Error: stale_proof').toBe(isStopped)
    },
  )
})

describe('a login that goes on', () => {
  const CLAIMS = { token_type: 'refresh', exp: 1_900_000_000, jti: 'x', user_id: '1', own: 'y' }
  const proof = {
    how: 'caller',
    userId: 1,
    isActive: true,
    passwordHash: undefined,
    tokensRevokedAt: null,
  } as const

  test('gets an access token alone, and is not recorded', async () => {
    const app = await appWith(JWT)
    const given = { proof, claims: CLAIMS, successor: undefined, use: undefined }
    const tokens = await continueSignIn(app.deps(), given)
    await app.settle()
    expect(tokens).toEqual({
      access: expect.any(String),
      accessExpiresAt: later(app, app.settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME),
    })
    expect(claimsOf(tokens.access)).toMatchObject({ token_type: 'access', own: 'y' })
    expect(await app.deps().db.select().from(refreshFamilies)).toEqual([])
  })

  test('gets a refresh token, too, is recorded, and stays one that ends with the browser', async () => {
    const app = await appWith({ ...JWT, REMEMBER_ME: 'true' })
    const deps = { ...app.deps(), settings: settingsOfLogin(app.settings, false) }
    const use = { family: 'f', expiresAt: later(app, 60) }
    const tokens = await continueSignIn(deps, { proof, claims: CLAIMS, successor: CLAIMS, use })
    await app.settle()
    expect(tokens).toMatchObject({ isRemembered: false, refreshExpiresAt: expect.any(Date) })
    expect(claimsOf(tokens.refresh ?? '')).toEqual(CLAIMS)
    expect(await app.deps().db.select().from(refreshFamilies)).toMatchObject([
      { family: 'f', ...CLIENT, expiresAt: later(app, 60), revokedAt: null },
    ])
  })

  test('of a client that says nothing of its city', async () => {
    const app = await appWith(JWT, { userAgent: 'x', country: 'NL' })
    const use = { family: 'f', expiresAt: later(app, 60) }
    await continueSignIn(app.deps(), { proof, claims: CLAIMS, successor: undefined, use })
    await app.settle()
    expect(await app.deps().db.select().from(refreshFamilies)).toMatchObject([{ city: '' }])
  })
})

test.each([
  [{}, true, { key: true, jwt: false, session: true }],
  [{}, false, { key: true, jwt: false, session: false }],
  [JWT, false, { key: false, jwt: true, session: false }],
  [{ TOKEN_MODEL: null, SESSION_LOGIN: 'true' }, true, { key: false, jwt: false, session: true }],
])('under %j, with a session: %s, a login gives %j', (env, opensSession, wanted) => {
  expect(wantedBy(settingsOf(env), opensSession)).toEqual(wanted)
})

describe('the auth token of an account', () => {
  const deps = (env: Readonly<Record<string, unknown>> = {}) => ({
    settings: settingsOf(env),
    randomBytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)),
  })
  const OLD = 'an-older-secret-key-0123456789-abcdefghijk'

  test.each([
    ['h', 's', { keyHash: 'h', sealedKey: 's' }],
    [null, 's', undefined],
    ['h', null, undefined],
    [null, null, undefined],
  ])('of %j and %j is %j', (keyHash, sealedKey, expected) => {
    expect(storedKeyOf({ keyHash, sealedKey })).toEqual(expected)
  })

  test('is new where there is none, and known where there is one', async () => {
    const made = await tokenFor(deps(), undefined)
    expect(made).toMatchObject({ kind: 'new', key: expect.stringMatching(/^[0-9a-f]{40}$/) })
    const { key, keyHash, sealedKey } = made
    const stored = { keyHash, sealedKey }
    expect(await tokenFor(deps(), stored)).toEqual({ kind: 'known', key, ...stored })
    expect(await tokenFor(deps({ TOKEN_PER_DEVICE: 'true' }), stored)).toMatchObject({
      kind: 'of_device',
    })
  })

  test('is sealed anew where an old secret sealed it, and another where none did', async () => {
    const old = await tokenFor(deps({ SECRET_KEY: OLD }), undefined)
    const stored = { keyHash: old.keyHash, sealedKey: old.sealedKey }
    const resealed = await tokenFor(deps({ SECRET_KEY_FALLBACKS: OLD }), stored)
    expect(resealed).toMatchObject({ kind: 'replacing', replaces: old.keyHash, key: old.key })
    expect(resealed.sealedKey).not.toBe(old.sealedKey)
    const replaced = await tokenFor(deps(), stored)
    expect(replaced).toMatchObject({ kind: 'replacing', replaces: old.keyHash })
    expect(replaced.key).not.toBe(old.key)
  })

  test('is the one that was written', async () => {
    const { settings } = deps()
    const [ours, theirs] = [await tokenFor(deps(), undefined), await tokenFor(deps(), undefined)]
    const row = (of: typeof ours) => ({ issued: 'token', ...of }) as const
    const others = [{ issued: 'session' }, { issued: 'password_hash' }] as const
    expect(await keyOf(settings, ours, [])).toBe(ours.key)
    expect(await keyOf(settings, ours, others)).toBe(ours.key)
    expect(await keyOf(settings, ours, [...others, { ...row(ours), sealedKey: '' }])).toBe(ours.key)
    expect(await keyOf(settings, ours, [...others, row(theirs)])).toBe(theirs.key)
    expect(await keyOf(settings, ours, [{ ...row(theirs), sealedKey: 'x' }])).toBeUndefined()
  })
})

describe('claims of a pair', () => {
  test.each([
    [{}, null, { token_version: 0 }],
    [{}, new Date(5), { token_version: 5 }],
    [{ REFRESH_TOKEN_FAMILIES: 'false' }, null, {}],
    [{ REFRESH_TOKEN_FAMILIES: 'false' }, new Date(5), { token_version: 5 }],
  ])('under %j, revoked %j, the version is %j', (env, revokedAt, claims) => {
    expect(versionClaim(settingsOf({ ...JWT, ...env }), revokedAt)).toEqual(claims)
  })

  test.each([
    [{}, true, { family: 'f', remember: undefined, hash_password: undefined }],
    [{ REFRESH_TOKEN_FAMILIES: 'false' }, true, { family: undefined }],
    [{ REMEMBER_ME: 'true' }, false, { remember: false }],
    [{ SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true' }, true, { hash_password: expect.any(String) }],
  ])('under %j, remembered: %s', async (env, isRemembered, expected) => {
    const app = await appWith({ ...JWT, ...env })
    const [user] = await app.deps().db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    const settings = settingsOfLogin(app.settings, isRemembered)
    const pair = await newJwtPair({ ...app.deps(), settings }, user, {
      family: 'f',
      claims: { hooked: 'x' },
    })
    expect({ ...NO_CLAIMS, ...claimsOf(pair.refresh) }).toMatchObject({ hooked: 'x', ...expected })
    expect(claimsOf(pair.access)).toMatchObject({ hooked: 'x', token_type: 'access' })
    const seconds = Number(claimsOf(pair.refresh)['exp'])
    expect(Math.floor(pair.refreshExpiresAt.getTime() / 1000)).toBe(seconds)
  })

  test('without clients, a claim that has their name is the owner’s', async () => {
    const app = await appWith(JWT)
    const [user] = await app.deps().db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    const claims = { client_id: 'of a hook' }
    const pair = await newJwtPair(app.deps(), user, { family: 'f', claims })
    expect(claimsOf(pair.access)).toMatchObject(claims)
  })

  const NO_CLAIMS = { family: undefined, remember: undefined, hash_password: undefined }
})

describe('what must follow a proof', () => {
  const MAILED = { ACCOUNT_LOGIN_BY_CODE_REQUIRED: ['password', 'mfa'] }
  const BOTH = { ...MAILED, ...FACTORS }
  const DONE = { hasMailedStep: true }

  test.each<
    [string, Readonly<Record<string, unknown>>, Partial<SignIn> & { how?: ProofKind }, string]
  >([
    ['nothing', {}, {}, 'prepared'],
    ['a mailed code', MAILED, {}, 'mailed_step_owed'],
    ['nothing after the mailed code', MAILED, DONE, 'prepared'],
    ['nothing after a proof that is not listed', MAILED, { how: 'provider' }, 'prepared'],
    ['a mailed code after a passkey', MAILED, { how: 'passkey' }, 'mailed_step_owed'],
    ['nothing after a registration with its mail', MAILED, { how: 'registration' }, 'prepared'],
    [
      'a mailed code after one without',
      MAILED,
      { how: 'registration', email: 'not_asked' },
      'mailed_step_owed',
    ],
    ['a second factor', FACTORS, { missingFactor: 1 }, 'second_factor_required'],
    ['the mailed code before the second factor', BOTH, { missingFactor: 1 }, 'mailed_step_owed'],
    [
      'the second factor after the mailed code',
      BOTH,
      { missingFactor: 1, ...DONE },
      'second_factor_required',
    ],
    ['no factor where there is none', FACTORS, { missingFactor: null }, 'prepared'],
    ['no factor where factors are off', {}, { missingFactor: 1 }, 'prepared'],
  ])('is %s', async (_, env, { how = 'password', ...more }, kind) => {
    const app = await appWith(env)
    const [user] = await app.deps().db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    const proved = { proof: proofOf(how, user), wanted: KEY, email: 'verified' } as const
    const step = await prepareSignIn(app.deps(), { ...proved, missingFactor: null, ...more })
    expect(step.kind).toBe(kind)
  })
})

describe('a proof that something ended meanwhile', () => {
  const ENDED = {
    'another password': { password: 'changed' },
    'a deactivation': { isActive: false },
    'a revocation': { tokensRevokedAt: new Date(1) },
  }

  test.each(
    Object.keys(ENDED).flatMap((end) =>
      [
        ['token', KEY],
        ['session', SESSION],
        ['pair and session', { ...PAIR, session: true }],
      ].map(([what, wanted]) => ({ end, what, wanted })),
    ) as { end: keyof typeof ENDED; what: string; wanted: Wanted }[],
  )('$end: no $what, and nothing written', async ({ end, wanted }) => {
    const app = await appWith()
    const { db } = app.deps()
    const [user] = await db.select(userColumns).from(users)
    if (user === undefined) throw new Error('nobody')
    await db.update(users).set(ENDED[end])
    const proved = { proof: proofOf('password', user), wanted, missingFactor: null } as const
    expect(await completeSignIn(app.deps(), { ...proved, email: 'verified' }, user)).toEqual({
      kind: 'stale_proof',
    })
    await app.settle()
    expect(await db.select().from(authTokens)).toEqual([])
    expect(await db.select().from(sessions)).toEqual([])
    const [left] = await db.select({ lastLoginAt: users.lastLoginAt }).from(users)
    expect(left).toEqual({ lastLoginAt: null })
  })
})
