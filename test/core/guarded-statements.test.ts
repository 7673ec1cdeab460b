import { sql as sqlOf } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  swapPassword,
  deleteSessions,
  endLogins,
} from '../../src/core/accounts/change-password.sql.ts'
import { verifyAddress } from '../../src/core/accounts/verify-email.sql.ts'
import { deleteSocialAccount } from '../../src/core/social/accounts.sql.ts'
import {
  advanceStep,
  isCodeUnused,
  useRecoveryCode,
} from '../../src/core/second-factor/totp.sql.ts'
import {
  insertAuthToken,
  insertSession,
  replaceAuthToken,
  replacePasswordHash,
  setLastLogin,
} from '../../src/core/sign-in/complete.sql.ts'
import { rotateRefreshToken, spendRetry } from '../../src/core/sign-in/refresh.sql.ts'
import { proofOf, proofOfCaller } from '../../src/core/tokens/proof.sql.ts'
import type { Database } from '../../src/db/open.ts'
import { userColumnsOf } from '../../src/core/users/users.sql.ts'
import { settingsOf } from '../support/settings.ts'
import { conjunctsOf } from '../support/conjuncts.ts'
import {
  conditionsOf,
  db,
  observer,
  of,
  sentBy,
  type Plain,
  type Outcomes,
} from '../support/guarded.ts'
import outcomes from './guarded-outcomes.json' with { type: 'json' }

const NOW = new Date('2027-03-04T05:06:07Z')
const LATER = new Date('2027-03-05T05:06:07Z')
const REVOKED = 5000

/** Two accounts, each with credentials of its own; the first one is meant. */
const BASE = `
  insert into users (id, username, username_folded, email, email_folded, password, date_joined_at, tokens_revoked_at)
    values (2, 'ada', 'ada', 'a@x.example', 'a@x.example', 'old', 1, ${REVOKED}),
      (1, 'bob', 'bob', 'b@x.example', 'b@x.example', 'old', 1, ${REVOKED});
  insert into auth_tokens (user_id, key_hash, sealed_key, created_at) values (2, 'key-1', 'sealed', 1), (1, 'key-2', 'sealed', 1);
  insert into sessions (key_hash, user_id, auth_hash, created_at, expires_at) values ('session-1', 2, 'bound', 1, 1e15), ('session-3', 2, 'elsewhere', 1, 1e15), ('session-2', 1, 'bound', 1, 1e15);
  insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    values ('family-1', 2, 1, 1, 1e15), ('family-2', 1, 1, 1, 1e15);
  insert into totp_devices (id, user_id, sealed_secret, last_step, recovery_salt, created_at)
    values (1, 1, 'x', 5, 'salt', 1), (2, 2, 'x', 5, 'salt', 1);
  insert into recovery_codes (user_id, code_hash, position) values (1, 'code', 0), (2, 'code', 0), (2, 'next', 1);
  insert into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 1, 'google', 'bob', 1, 1), (2, 2, 'google', 'ada', 1, 1);
  insert into email_addresses (id, user_id, email, email_folded) values
    (1, 1, 'b@x.example', 'b@x.example'), (2, 2, 'n@x.example', 'n@x.example');`

/** What may have happened meanwhile. */
const WORLDS: Readonly<Record<string, string>> = {
  nothing: '',
  'no token yet': 'delete from auth_tokens where user_id = 2',
  deactivated: 'update users set is_active = 0 where id = 2',
  'the other one deactivated': 'update users set is_active = 0 where id = 1',
  'another password': "update users set password = 'other' where id = 2",
  'the new password': "update users set password = 'new' where id = 2",
  'the other one has it': "update users set password = 'new' where id = 1",
  'tokens revoked': 'update users set tokens_revoked_at = 6000 where id = 2',
  'never revoked': 'update users set tokens_revoked_at = null where id = 2',
  'token replaced': "update auth_tokens set key_hash = 'key-3' where user_id = 2",
  'token changed hands':
    'delete from auth_tokens where user_id = 1; update auth_tokens set user_id = 1',
  'session ended': "delete from sessions where key_hash = 'session-1'",
  'session changed hands': "update sessions set user_id = 1 where key_hash = 'session-1'",
  'bound to the new password':
    "update sessions set auth_hash = 'new-bound' where key_hash = 'session-1'",
  'login ended': "update refresh_families set revoked_at = 1 where family = 'family-1'",
  'another login ended': "update refresh_families set revoked_at = 1 where family = 'family-2'",
  'token spent':
    "insert or ignore into spent_refresh_tokens (jti, spent_at, expires_at) values ('jti-1', 1, 1e15)",
  'another token spent':
    "insert or ignore into spent_refresh_tokens (jti, spent_at, expires_at) values ('jti-9', 1, 1e15)",
  'successor used':
    "insert or ignore into spent_refresh_tokens (jti, spent_at, expires_at) values ('jti-2', 1, 1e15)",
  'step seen': 'update totp_devices set last_step = 7 where user_id = 2',
  'code used': "update recovery_codes set used_at = 1 where user_id = 2 and code_hash = 'code'",
  'no password': "update users set password = '!' where id = 2",
  'the other one has none': "update users set password = '!' where id = 1",
  'more social accounts': `insert or ignore into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (3, 2, 'github', 'ada', 1, 1)`,
  'social account changed hands': 'update social_accounts set user_id = 1 where id = 2',
  'address verified': 'update email_addresses set is_verified = 1 where id = 2',
  'another claims it': "update email_addresses set email_folded = 'n@x.example' where id = 1",
  'another has verified': 'update email_addresses set is_verified = 1 where id = 1',
  'the account claims it twice': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (3, 2, 'N@x.example', 'n@x.example', 1)`,
  'a primary address': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_primary)
    values (4, 2, 'a@x.example', 'a@x.example', 1)`,
  'the other one has one': 'update email_addresses set is_primary = 1 where id = 1',
}

const TABLES = [
  'users',
  'auth_tokens',
  'sessions',
  'refresh_families',
  'spent_refresh_tokens',
  'used_nonces',
  'totp_devices',
  'recovery_codes',
  'social_accounts',
  'email_addresses',
]

const { unnoticedOf, digestOf } = observer({ base: BASE, worlds: WORLDS, tables: TABLES })

/** The statement that writes a rotation. */
async function rotationSentBy(work: (db: Database) => Promise<unknown>): Promise<Plain> {
  const sent = await sentBy(work)
  const found = sent.find(({ sql }) => /^insert into "?spent_refresh_tokens/.test(sql))
  if (found === undefined)
    throw new Error(`sent no such statement: ${sent.map((one) => one.sql).join('\n')}`)
  return found
}

const ada = {
  id: 2,
  username: 'ada',
  email: 'a@x.example',
  firstName: '',
  lastName: '',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: new Date(REVOKED),
  passwordHash: 'old',
} as unknown as Parameters<typeof proofOf>[1]
const proof = proofOf('password', ada)
const session = { keyHash: 'session-9', authHash: 'bound' }
const life = { now: NOW, seconds: 60 }
const token = { keyHash: 'key-9', sealedKey: 'sealed-9' }
const swap = { userId: 2, oldHash: 'old', newHash: 'new' }
const byToken = proofOfCaller({ user: ada, credential: { kind: 'token', keyHash: 'key-1' } })
const bySession = proofOfCaller({
  user: ada,
  credential: { kind: 'session', keyHash: 'session-1' },
})
const byJwt = proofOfCaller({ user: ada, credential: { kind: 'jwt', family: 'family-1' } })
const refresh = { jti: 'jti-1', family: 'family-1', expiresAt: LATER }

const rotated = (claim: unknown, issuedAt: unknown) =>
  rotationSentBy((capturing) =>
    rotateRefreshToken(
      capturing,
      { token: refresh, claim: { field: 'id', value: '2', columns: userColumnsOf(settingsOf()) } },
      {
        jti: 'jti-2',
        version: { claim, issuedAt },
        now: NOW,
        count: undefined,
        mayBeInactive: false,
      },
    ),
  )

/** By what they write, each as it is sent for one reason or another. */
const STATEMENTS: Readonly<Record<string, () => readonly Plain[] | Promise<readonly Plain[]>>> = {
  'a session': () => [
    ...[proof, byToken, bySession, byJwt].map((given) =>
      of(insertSession(db, given, { session, life })),
    ),
    of(insertSession(db, proof, { session: { keyHash: 'session-1', authHash: 'again' }, life })),
  ],
  'an auth token': () => [of(insertAuthToken(db, proof, { token, now: NOW }))],
  'another auth token': () => [of(replaceAuthToken(db, proof, { ...token, replaces: 'key-1' }))],
  'the last login': () => [of(setLastLogin(db, proof, NOW))],
  'a better hash': () => [
    of(replacePasswordHash(db, proof, { newHash: 'new', authHashes: BOUND })[0]),
  ],
  'sessions bound to a better hash': () => [
    of(replacePasswordHash(db, proof, { newHash: 'new', authHashes: BOUND })[1]),
  ],
  'a password swap': () => [of(swapPassword(db, swap, { revokedBy: undefined }))],
  'sessions ended by a swap': () => [of(deleteSessions(db, swap, 'new-bound'))],
  'the token ended by a swap': () => [of(endLogins(db, swap, NOW)[0])],
  'logins ended by a swap': () => [of(endLogins(db, swap, NOW)[2])],
  'a rotation': () => Promise.all([rotated(REVOKED, 9), rotated(undefined, 6)]),
  'a one-time code': () => [of(advanceStep(db, { id: 2, step: 6, usedAt: NOW }, ALWAYS))],
  'a recovery code': () => [
    of(useRecoveryCode(db, { userId: 2, deviceId: 2, hashes: ['code'], usedAt: NOW }, ALWAYS)[0]),
    of(
      useRecoveryCode(
        db,
        { userId: 2, deviceId: 2, hashes: ['code'], usedAt: NOW },
        isCodeUnused(2, ['code']),
      )[1],
    ),
  ],
  'a disconnection': () => [
    of(deleteSocialAccount(db, { userId: 2, socialAccountId: 2, passwordsCount: true })),
  ],
  'a verification': () => Object.values(verifyAddress(db, 2, true)).map((one) => of(one)),
  'a late retry': () => [
    of(spendRetry(db, { family: 'family-1', successorJti: 'jti-2', expiresAt: LATER }, NOW)),
  ],
}

const ALWAYS = sqlOf`1`
const BOUND = { old: ['bound'], new: 'new-bound' }

test.each(Object.entries(STATEMENTS))('each condition of %s matters', async (name, send) => {
  const statements = await send()
  expect(conditionsOf(statements).size).toBeGreaterThan(1)
  expect(unnoticedOf(statements)).toEqual([])
  const known: Readonly<Record<string, Outcomes>> = outcomes.statements
  expect(digestOf(statements, known[name] ?? { digest: '' })).toBe(known[name]?.digest)
})

test('conditions are found at any depth, and what stands in quotes is none', () => {
  const text = `insert into a select 'x and y' from b inner join c on (c.id = b.id and c.d)
    where ("a and b" = ? and not exists (select 1 from d where d.e = ? and d.f) and g in (1, 2)) returning a and b`
  expect(conjunctsOf(text).map((found) => found.text)).toEqual([
    '(c.id = b.id and c.d)',
    'c.id = b.id',
    'c.d',
    '("a and b" = ? and not exists (select 1 from d where d.e = ? and d.f) and g in (1, 2))',
    '"a and b" = ?',
    'not exists (select 1 from d where d.e = ? and d.f)',
    'g in (1, 2)',
    'd.e = ?',
    'd.f',
  ])
})
