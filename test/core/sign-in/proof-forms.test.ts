import { eq, sql, type SQL } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { makeTrustToken } from '../../../src/core/second-factor/trusted-device.ts'
import { isSpentBy } from '../../../src/core/second-factor/spent-tokens.sql.ts'
import { completeSignIn } from '../../../src/core/sign-in/complete.ts'
import type { SignIn } from '../../../src/core/sign-in/sign-in.ts'
import { storedAuthToken } from '../../../src/core/tokens/auth-token.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import type { UserWithPassword } from '../../../src/core/users/user.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { FACTORS } from '../../support/second-factor.ts'
import { settingsOf } from '../../support/settings.ts'

// Every statement of the gate repeats what the proof rests on, in each of its forms: whatever ends meanwhile ends the
// login. A second account, to which nothing happens, has the same password, and gets nothing.

const NOTHING = { key: false, jwt: false, session: false }
const MAILBOX = 'alice@example.com'
const CLAIM = { id: 'challenge', spentBy: 'this request', expiresAt: new Date(9e12) }
const OLD_SECRET = 'an-older-secret-key-0123456789-abcdefghijk'
const OLD_KEY = '0123456789abcdef0123456789abcdef01234567'

type Ends = Readonly<Record<string, readonly SQL[]>>

const ACCOUNT: Ends = {
  'a deactivation': [sql`update users set is_active = 0 where id = 1`],
  'another password': [sql`update users set password = 'another' where id = 1`],
  'a revocation': [sql`update users set tokens_revoked_at = 5 where id = 1`],
}
const SPENT: Ends = {
  'a replay': [sql`update spent_tokens set spent_by = 'another request'`],
  'a challenge that is another one': [sql`update spent_tokens set id = 'another'`],
}
const deviceOf = (id: number, userId: number) =>
  sql`insert into totp_devices (id, user_id, sealed_secret, recovery_salt, created_at)
    values (${id}, ${userId}, 'sealed', 'salt', 1)`
const NO_DEVICE: Ends = { 'an app that is set up': [deviceOf(1, 1)] }
const NO_DEVICES = sql`delete from totp_devices`
const OWN_DEVICE: Ends = {
  'an app that is another one': [NO_DEVICES, deviceOf(7, 1)],
  'an app that is someone else’s': [NO_DEVICES, deviceOf(1, 2)],
}
const mailboxesOf = (...emails: readonly string[]) =>
  emails.flatMap((email, index) => [
    sql`update users set email_folded = ${email} where id = ${index + 1}`,
    sql`update email_addresses set email_folded = ${email} where user_id = ${index + 1}`,
  ])
const OWN_MAILBOX: Ends = {
  'a mailbox that is given up': mailboxesOf('new@example.com', 'bob@example.com'),
  'a mailbox that is someone else’s': mailboxesOf('new@example.com', MAILBOX),
}

type World = { readonly deps: Deps; readonly user: UserWithPassword }
type Given = Partial<SignIn> & Pick<SignIn, 'proof'>
type Form = {
  readonly env?: Readonly<Record<string, string>>
  readonly seed?: readonly SQL[]
  readonly given: (world: World) => Given | Promise<Given>
  readonly ends: Ends
}

const trustOf = ({ deps, user }: World, steps: Parameters<typeof makeTrustToken>[2]) => {
  const subject = { userId: 1, passwordHash: user.passwordHash, tokensRevokedAt: null }
  return makeTrustToken(deps, subject, steps)
}

const SPARING_MAIL = {
  ...FACTORS,
  ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
  ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
}

const FORMS: Readonly<Record<string, Form>> = {
  'a password': { given: ({ user }) => ({ proof: proofOf('password', user) }), ends: ACCOUNT },
  'what says nothing of a password': {
    given: ({ user }) => ({ proof: { ...proofOf('provider', user), passwordHash: undefined } }),
    ends: {
      'a deactivation': ACCOUNT['a deactivation'] ?? [],
      'a revocation': ACCOUNT['a revocation'] ?? [],
    },
  },
  'one factor': {
    env: FACTORS,
    seed: [deviceOf(9, 2)],
    given: ({ user }) => ({ proof: proofOf('password', user) }),
    ends: { ...ACCOUNT, ...NO_DEVICE },
  },
  'two factors': {
    env: FACTORS,
    seed: [deviceOf(1, 1)],
    given: ({ user }) => ({ proof: proofOf('second_factor', user, isSpentBy(CLAIM)) }),
    ends: { ...ACCOUNT, ...SPENT },
  },
  'a passkey of one factor': {
    env: FACTORS,
    seed: [deviceOf(9, 2)],
    given: ({ user }) => ({ proof: proofOf('passkey', user, isSpentBy(CLAIM)) }),
    ends: { ...ACCOUNT, ...SPENT, ...NO_DEVICE },
  },
  'a passkey on a device that is spared the app': {
    env: { ...FACTORS, MFA_TRUST_ENABLED: 'true' },
    seed: [deviceOf(1, 1)],
    given: async (world) => ({
      proof: proofOf('passkey', world.user, isSpentBy(CLAIM)),
      missingFactor: 1,
      trustToken: await trustOf(world, { deviceId: 1 }),
    }),
    ends: { ...ACCOUNT, ...SPENT, ...OWN_DEVICE },
  },
  'a passkey on a device that is spared everything': {
    env: { ...SPARING_MAIL, MFA_TRUST_ENABLED: 'true' },
    seed: [deviceOf(1, 1)],
    given: async (world) => ({
      proof: proofOf('passkey', world.user, isSpentBy(CLAIM)),
      missingFactor: 1,
      trustToken: await trustOf(world, { deviceId: 1, mailbox: MAILBOX }),
    }),
    ends: { ...ACCOUNT, ...SPENT, ...OWN_DEVICE, ...OWN_MAILBOX },
  },
  'a device that is spared everything': {
    env: { ...SPARING_MAIL, MFA_TRUST_ENABLED: 'true' },
    seed: [deviceOf(1, 1)],
    given: async (world) => ({
      proof: proofOf('password', world.user),
      missingFactor: 1,
      trustToken: await trustOf(world, { deviceId: 1, mailbox: MAILBOX }),
    }),
    ends: { ...ACCOUNT, ...OWN_DEVICE, ...OWN_MAILBOX },
  },
  'a device that is spared the app': {
    env: { ...FACTORS, MFA_TRUST_ENABLED: 'true' },
    seed: [deviceOf(1, 1)],
    given: async (world) => ({
      proof: proofOf('password', world.user),
      missingFactor: 1,
      trustToken: await trustOf(world, { deviceId: 1 }),
    }),
    ends: { ...ACCOUNT, ...OWN_DEVICE },
  },
  'a device that is spared the mail': {
    env: SPARING_MAIL,
    seed: [deviceOf(9, 2)],
    given: async (world) => ({
      proof: proofOf('password', world.user),
      trustToken: await trustOf(world, { mailbox: MAILBOX }),
    }),
    ends: { ...ACCOUNT, ...NO_DEVICE, ...OWN_MAILBOX },
  },
}

type Credential = {
  readonly env: Readonly<Record<string, string>>
  readonly wanted: Partial<SignIn['wanted']>
  /** Whose rows there are, one text each. */
  readonly rows: SQL
  /** An auth token of before, that is sealed anew. */
  readonly hasOldKey?: boolean
}

const TOKENS = sql`select user_id from auth_tokens where sealed_key <> 'old'`
const CREDENTIALS: Readonly<Record<string, Credential>> = {
  'an auth token': { env: {}, wanted: { key: true }, rows: TOKENS },
  'an auth token that is sealed anew': {
    env: { SECRET_KEY_FALLBACKS: OLD_SECRET },
    wanted: { key: true },
    rows: TOKENS,
    hasOldKey: true,
  },
  'a token of a device': {
    env: { TOKEN_PER_DEVICE: 'true' },
    wanted: { key: true },
    rows: sql`select user_id from device_tokens`,
  },
  'a token of a device that ends': {
    env: { TOKEN_PER_DEVICE: 'true', LOGIN_LIFETIME_SECONDS: '3600' },
    wanted: { key: true },
    rows: sql`select user_id from device_tokens`,
  },
  'a session': { env: {}, wanted: { session: true }, rows: sql`select user_id from sessions` },
  'a session and its client': {
    env: { SESSION_DEVICES: 'true' },
    wanted: { session: true },
    rows: sql`select user_id from sessions`,
  },
  'a JWT login': {
    env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false', SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true' },
    wanted: { jwt: true },
    rows: sql`select user_id from refresh_families where revoked_at is null
      union all select id from users where last_login_at is not null`,
  },
}

const CASES = Object.entries(FORMS).flatMap(([name, form]) =>
  Object.entries(CREDENTIALS).map(([wish, credential]) => ({ name, form, wish, credential })),
)

describe('what a proof rests on', () => {
  test.each(CASES)('of $name for $wish must still hold', async ({ form, credential }) => {
    const { run, complete, owners, user } = await begin(form, credential)
    const holds = [
      ...['auth_tokens', 'device_tokens', 'sessions', 'refresh_families', 'totp_devices'].map(
        (table) => sql.raw(`delete from ${table}`),
      ),
      sql`update users set is_active = 1, password = ${user.passwordHash},
        tokens_revoked_at = null, last_login_at = null`,
      ...mailboxesOf(MAILBOX, 'bob@example.com'),
      sql`delete from spent_tokens`,
      sql`insert into spent_tokens (id, spent_by, expires_at)
        values (${CLAIM.id}, ${CLAIM.spentBy}, 9000000000000)`,
      ...(form.seed ?? []),
    ]
    for (const [end, statements] of Object.entries(form.ends)) {
      await run([...holds, ...statements])
      const kind = await complete()
      expect({ end, kind, owners: await owners() }).toEqual({
        end,
        kind: credential.wanted.jwt === true ? 'issued' : 'stale_proof',
        owners: [],
      })
    }
    await run(holds)
    expect(await complete()).toBe('issued')
    expect(await owners()).toEqual(credential.wanted.jwt === true ? [1, 1] : [1])
  })
})

async function begin(form: Form, { env, wanted, rows, hasOldKey }: Credential) {
  const app = await createTestApp({
    env: { ...form.env, ...env },
    users: [aUser(), aUser({ username: 'bob' })],
  })
  const deps = app.deps()
  const { db } = deps
  const [user] = await db.select(userColumns).from(users).where(eq(users.id, 1))
  if (user === undefined) throw new Error('nobody')
  const given = await form.given({ deps, user })
  const old = { ...deps, settings: settingsOf({ SECRET_KEY: OLD_SECRET }) }
  const { keyHash, sealedKey } = await storedAuthToken(old, OLD_KEY)
  const keys = [
    sql`insert into auth_tokens (user_id, key_hash, sealed_key, created_at)
      values (1, ${keyHash}, 'old', 1), (2, 'of bob', 'old', 1)`,
  ]
  return {
    user,
    run: async (statements: readonly SQL[]) => {
      const all = [...statements, ...(hasOldKey === true ? keys : [])].map((one) => db.run(one))
      const [first, ...rest] = all
      if (first !== undefined) await db.batch([first, ...rest])
    },
    complete: async () => {
      const storedKey = hasOldKey === true ? { storedKey: { keyHash, sealedKey } } : {}
      const signIn = { wanted: { ...NOTHING, ...wanted }, email: 'verified', ...storedKey } as const
      const { kind } = await completeSignIn(
        deps,
        { ...signIn, missingFactor: null, ...given },
        user,
      )
      await app.settle()
      return kind
    },
    owners: async () => (await db.all<{ user_id: number }>(rows)).map(({ user_id }) => user_id),
  }
}
