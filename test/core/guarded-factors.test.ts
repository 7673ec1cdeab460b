import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  insertPrimaryAddress,
  insertUser,
  type NewUser,
} from '../../src/core/accounts/register.sql.ts'
import {
  deletePasskey,
  insertPasskey,
  isPasskeyUnused,
  removableBy,
  renamePasskey,
  usePasskey,
} from '../../src/core/second-factor/passkeys.sql.ts'
import { isSpentBy, spendToken } from '../../src/core/second-factor/spent-tokens.sql.ts'
import {
  deleteDevice,
  deleteRecoveryCodes,
  hasSalt,
  insertDevice,
  isVerifiedAccount,
  replaceSalt,
} from '../../src/core/second-factor/totp.sql.ts'
import { isOwnDevice } from '../../src/core/second-factor/has-app.sql.ts'
import {
  insertSocialAccount,
  isStillConnected,
  signUpConflict,
} from '../../src/core/social/login.sql.ts'
import { setLastLogin } from '../../src/core/sign-in/complete.sql.ts'
import {
  proofOf,
  proofOfCaller,
  proofOfJwt,
  proofOfToken,
  provedUserId,
} from '../../src/core/tokens/proof.sql.ts'
import { isProvedSince, recordProof } from '../../src/core/tokens/recent-proof.sql.ts'
import { conditionsOf, db, observer, of, type Plain, type Outcomes } from '../support/guarded.ts'
import outcomes from './guarded-outcomes.json' with { type: 'json' }

// Statements of passkeys, authenticator apps, social accounts and registrations: each of their conditions matters.

const NOW = new Date('2027-03-04T05:06:07Z')
const LATER = new Date('2027-03-05T05:06:07Z')

/** Two accounts, each with everything of its own; the second one is meant. */
const BASE = `
  insert into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (2, 'ada', 'ada', 'a@x.example', 'a@x.example', 'old', 1),
      (1, 'bob', 'bob', 'b@x.example', 'b@x.example', 'old', 1);
  insert into auth_tokens (user_id, key_hash, sealed_key, created_at)
    values (2, 'key-1', 'sealed', 1), (1, 'key-2', 'sealed', 1);
  insert into email_addresses (id, user_id, email, email_folded, is_verified)
    values (1, 1, 'b@x.example', 'b@x.example', 1), (2, 2, 'a@x.example', 'a@x.example', 1);
  insert into totp_devices (id, user_id, sealed_secret, recovery_salt, created_at)
    values (1, 1, 'x', 'salt-1', 1), (2, 2, 'x', 'salt-2', 1);
  insert into recovery_codes (user_id, code_hash, position) values (1, 'code', 0), (2, 'code', 0);
  insert into passkeys (id, user_id, credential_id, public_key, algorithm, sign_count, user_handle, name, created_at)
    values (1, 1, 'cred-1', 'k', -7, 5, 'h1', 'Phone', 1), (2, 2, 'cred-2', 'k', -7, 5, 'h2', 'Key', 1);
  insert into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 1, 'google', 'bob', 1, 1), (2, 2, 'google', 'ada', 1, 1);
  insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    values ('family-1', 2, 1, 1, 1e15), ('family-2', 1, 1, 1, 1e15);
  insert into spent_tokens (id, spent_by, expires_at) values ('mine', 'me', 1e15), ('theirs', 'them', 1e15);
  insert into recent_proofs (credential, user_id, how, proved_at, expires_at)
    values ('token:key-1', 2, 'password', 1e15, 1e15), ('token:key-2', 1, 'password', 1e15, 1e15);`

/** What may have happened meanwhile. */
const WORLDS: Readonly<Record<string, string>> = {
  nothing: '',
  deactivated: 'update users set is_active = 0 where id = 2',
  'another password': "update users set password = 'other' where id = 2",
  'no password': "update users set password = '!' where id = 2",
  'an empty password': "update users set password = '' where id = 2",
  'the other one has none': "update users set password = '!' where id = 1",
  'tokens revoked': 'update users set tokens_revoked_at = 6000 where id = 2',
  'login ended': "update refresh_families set revoked_at = 1 where family = 'family-1'",
  'another login ended': "update refresh_families set revoked_at = 1 where family = 'family-2'",
  'token gone': 'delete from auth_tokens where user_id = 2',
  'token replaced': "update auth_tokens set key_hash = 'key-9' where user_id = 2",
  'another was spent by this one': `insert or ignore into spent_tokens (id, spent_by, expires_at)
    values ('also', 'me', 1e15)`,
  'another app': 'update totp_devices set id = 9 where user_id = 2',
  'the other one has these codes':
    "update totp_devices set recovery_salt = 'salt-2' where user_id = 1",
  'an account elsewhere': "update social_accounts set provider = 'github' where id = 2",
  'another account there': "update social_accounts set uid = 'other' where id = 2",
  'another proof':
    "update recent_proofs set credential = 'token:key-9' where credential = 'token:key-1'",
  'somebody claims an address that is a name': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (8, 1, 'c@x.example', 'c@x.example', 0)`,
  'nobody has the first one': 'delete from email_addresses where user_id = 2',
  'token changed hands':
    'delete from auth_tokens where user_id = 1; update auth_tokens set user_id = 1',
  'proof too old': "update recent_proofs set proved_at = 1 where credential = 'token:key-1'",
  'proof from then':
    "update recent_proofs set proved_at = 1804136767000 where credential = 'token:key-1'",
  'proof gone': "delete from recent_proofs where credential = 'token:key-1'",
  'proof of another': "update recent_proofs set user_id = 1 where credential = 'token:key-1'",
  'address unverified': 'update email_addresses set is_verified = 0 where user_id = 2',
  'no address':
    "delete from email_addresses where user_id = 2; update users set email = '' where id = 2",
  'no row of the address': 'delete from email_addresses where user_id = 2',
  'the other one unverified': 'update email_addresses set is_verified = 0 where user_id = 1',
  'two addresses': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (3, 2, 'c@x.example', 'c@x.example', 0)`,
  'two of them verified': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (4, 2, 'd@x.example', 'd@x.example', 1)`,
  'a stranger claims the new one': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (5, 1, 'n@x.example', 'n@x.example', 0)`,
  'a stranger has the new one': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (6, 1, 'n@x.example', 'n@x.example', 1)`,
  'a stranger has nothing': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (7, 1, '', '', 1)`,
  'the account says the new one':
    "update users set email = 'n@x.example', email_folded = 'n@x.example' where id = 1",
  'name taken': `insert or ignore into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (3, 'new', 'new', '', '', 'x', 1)`,
  'the first two names taken': `insert or ignore into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (3, 'new', 'new', '', '', 'x', 1), (7, 'c@x.example', 'c@x.example', '', '', 'x', 1)`,
  'no app, and another spent by this one': `delete from totp_devices where user_id = 2;
    insert or ignore into spent_tokens (id, spent_by, expires_at) values ('also', 'me', 1e15)`,
  'a name of an address taken': `insert or ignore into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (6, 'c@x.example', 'c@x.example', '', '', 'x', 1)`,
  'an account says an address that is a name':
    "update users set email_folded = 'c@x.example' where id = 1",
  'made by this one': `insert or ignore into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (4, 'new', 'new', 'n@x.example', 'n@x.example', 'fresh', 1)`,
  'made under another name': `insert or ignore into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (5, 'other', 'other', 'n@x.example', 'n@x.example', 'fresh', 1)`,
  'no app': 'delete from totp_devices where user_id = 2',
  'the other one has no app': 'delete from totp_devices where user_id = 1',
  'apps changed hands': `delete from totp_devices where user_id = 1; update totp_devices set user_id = 1`,
  'another set of codes': "update totp_devices set recovery_salt = 'salt-9' where user_id = 2",
  'a second passkey': `insert or ignore into passkeys (id, user_id, credential_id, public_key, algorithm, user_handle, name, created_at)
    values (3, 2, 'cred-3', 'k', -7, 'h2', 'Spare', 1)`,
  'the passkey registered': `insert or ignore into passkeys (id, user_id, credential_id, public_key, algorithm, user_handle, name, created_at)
    values (4, 1, 'cred-9', 'k', -7, 'h1', 'Theirs', 1)`,
  'no passkey': 'delete from passkeys where user_id = 2',
  'a passkey of the plain handle': "update passkeys set user_handle = 'plain' where id = 2",
  'the passkey changed hands': 'update passkeys set user_id = 1 where id = 2',
  'the counter went on': 'update passkeys set sign_count = 9 where id = 2',
  'the counter is there': 'update passkeys set sign_count = 7 where id = 2',
  'it does not count': 'update passkeys set sign_count = 0 where id = 2',
  'the other counts less': 'update passkeys set sign_count = 1 where id = 1',
  'no social account': 'delete from social_accounts where user_id = 2',
  'nobody has one': 'delete from social_accounts',
  'social account changed hands': 'update social_accounts set user_id = 1 where id = 2',
  'spent by another': "update spent_tokens set spent_by = 'them' where id = 'mine'",
  'not spent': "delete from spent_tokens where id = 'mine'",
}

const TABLES = [
  'users',
  'email_addresses',
  'totp_devices',
  'recovery_codes',
  'passkeys',
  'social_accounts',
  'spent_tokens',
  'recent_proofs',
]

const { unnoticedOf, digestOf } = observer({ base: BASE, worlds: WORLDS, tables: TABLES })

const ada = {
  id: 2,
  username: 'ada',
  email: 'a@x.example',
  firstName: '',
  lastName: '',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: null,
  passwordHash: 'old',
} as unknown as Parameters<typeof proofOf>[1]
const byToken = { user: ada, credential: { kind: 'token', keyHash: 'key-1' } } as const
const caller = provedUserId(proofOfCaller(byToken))
const recent = { ...proofOf('caller', ada), condition: isProvedSince(byToken.credential, NOW) }
const byJwt = proofOfJwt({ kind: 'jwt', family: 'family-1' }, sql`users.id = 2`, null)
const mine = { id: 'mine', spentBy: 'me', expiresAt: LATER }
const ours = isSpentBy(mine)
const passkey = {
  credentialId: 'cred-9',
  publicKey: 'k',
  algorithm: -7,
  signCount: 0,
  plainHandle: 'plain',
  userHandle: 'random',
  transports: [],
  isDiscoverable: true,
  isBackupEligible: false,
  isBackedUp: false,
  isUserVerified: true,
  name: 'New',
  createdAt: NOW,
}
const use = { passkeyId: 2, signCount: 7, isBackupEligible: false, isBackedUp: false, now: NOW }
const social = { provider: 'google', uid: 'new', extraData: {}, sealedTokens: undefined }
const newcomer: NewUser = {
  candidates: [
    { name: 'new', folded: 'new', address: '', barredBy: 'verified' },
    { name: 'c@x.example', folded: 'c@x.example', address: 'c@x.example', barredBy: 'verified' },
    { name: 'd@x.example', folded: 'd@x.example', address: 'd@x.example', barredBy: 'claimed' },
    { name: 'b@x.example', folded: 'b@x.example', address: 'b@x.example', barredBy: 'always' },
  ],
  email: 'n@x.example',
  emailFolded: 'n@x.example',
  passwordHash: 'fresh',
  firstName: '',
  lastName: '',
  lastLoginAt: null,
  isEmailUnique: true,
}

/** By what they write, each as it is sent for one reason or another. */
const STATEMENTS: Readonly<Record<string, () => readonly Plain[]>> = {
  'a new passkey': () => [of(insertPasskey(db, sql`(select 2 where ${ours})`, passkey))],
  'a renamed passkey': () => [of(renamePasskey(db, caller, { passkeyId: 2, name: 'Renamed' }))],
  'a deleted passkey': () => [
    of(deletePasskey(db, removableBy(sql`2`, 2), 2)),
    of(
      deletePasskey(
        db,
        removableBy(sql`(select user_id from auth_tokens where key_hash = 'key-1')`, 2),
        2,
      ),
    ),
  ],
  'a passkey renamed at once': () => [
    of(
      renamePasskey(db, provedUserId(proofOfToken('key-1').proof), {
        passkeyId: 2,
        name: 'Renamed',
      }),
    ),
    of(renamePasskey(db, provedUserId(byJwt.proof), { passkeyId: 2, name: 'Renamed' })),
  ],
  'a used passkey': () => [of(usePasskey(db, use, ours))],
  'a spent challenge': () => [
    of(spendToken(db, { ...mine, id: 'new' }, isPasskeyUnused(2, 7))),
    of(spendToken(db, { ...mine, id: 'new' }, isPasskeyUnused(2, 0))),
  ],
  'a new authenticator app': () => [
    of(
      insertDevice(
        db,
        { userId: 2, sealedSecret: 'new', lastStep: 1, recoverySalt: 'salt', createdAt: NOW },
        sql`${ours} and ${isVerifiedAccount(2)}`,
      ),
    ),
  ],
  'an app that is taken away': () => [of(deleteDevice(db, 2, isOwnDevice(2, 2)))],
  'codes that are taken away': () => [of(deleteRecoveryCodes(db, 2, hasSalt(2, 'salt-2')))],
  'another set of codes': () => [
    of(replaceSalt(db, { deviceId: 2, salt: 'salt-8' }, sql`${caller} is not null`)),
  ],
  'a login of who is connected still': () => [
    of(
      setLastLogin(db, proofOf('provider', ada, isStillConnected({ ...social, uid: 'ada' })), NOW),
    ),
  ],
  'a login of one factor': () => [
    of(setLastLogin(db, proofOf('password', ada, isOwnDevice(2, 2)), NOW)),
  ],
  'a recent proof': () => [
    of(setLastLogin(db, recent, NOW)),
    of(
      recordProof(db, proofOfCaller(byToken), {
        names: ['token:key-1'],
        how: 'totp',
        provedAt: LATER,
        expiresAt: LATER,
        condition: ours,
      }),
    ),
  ],
  'a connected account': () => [of(insertSocialAccount(db, caller, { data: social, now: NOW }))],
  'a new account': () => [
    of(insertUser(db, newcomer, NOW)),
    of(insertUser(db, { ...newcomer, email: '', emailFolded: '' }, NOW)),
    // By a provider.
    of(
      insertUser(
        db,
        {
          ...newcomer,
          isEmailUnique: false,
          unless: signUpConflict(
            { ...social, uid: 'ada' },
            { email: 'n@x.example', emailFolded: 'n@x.example' },
            'fold',
          ),
        },
        NOW,
      ),
    ),
  ],
  'the address of a new account': () => [
    of(insertPrimaryAddress(db, newcomer, true)),
    of(insertPrimaryAddress(db, { ...newcomer, email: '', emailFolded: '' }, true)),
  ],
}

/** Some conditions are tried in all pairs of worlds. */
const TIMEOUT = { timeout: 120_000 }

/** Who renames an account is not in its own way, a new one is nobody yet; and what stands for "never" is none. */
const OF_RENAMES = ['other.id <> ?', 'other.user_id <> ?', 'not (0)']

test.each(Object.entries(STATEMENTS))('each condition of %s matters', TIMEOUT, (name, send) => {
  const statements = send()
  expect(conditionsOf(statements).size).toBeGreaterThan(0)
  expect(unnoticedOf(statements, OF_RENAMES)).toEqual([])
  const known: Readonly<Record<string, Outcomes>> = outcomes.factors
  expect(digestOf(statements, known[name] ?? { digest: '' })).toBe(known[name]?.digest)
})
