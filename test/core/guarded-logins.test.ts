import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { keepOut, letIn, setRights } from '../../src/core/accounts/operator.sql.ts'
import { makeDeletionDue } from '../../src/core/accounts/erase.sql.ts'
import { lockAccount } from '../../src/core/accounts/leave.sql.ts'
import { evictStranger } from '../../src/core/accounts/prove-address.sql.ts'
import { updateUser, updateUserAndFields } from '../../src/core/accounts/change-user.sql.ts'
import { insertRecoveryCodes, resealSecret } from '../../src/core/second-factor/totp.sql.ts'
import {
  endLeftSession,
  endOldestDeviceTokens,
  insertDeviceToken,
  recordFamily,
} from '../../src/core/sign-in/complete.sql.ts'
import { insertBlacklisted, revokeFamily } from '../../src/core/sign-in/refresh.sql.ts'
import { dropUnused, updateSocialAccount } from '../../src/core/social/login.sql.ts'
import {
  deleteAuthToken,
  deleteOwnedToken,
  deleteSession,
  deleteSessionBeside,
  rebindSession,
} from '../../src/core/tokens/credentials.sql.ts'
import {
  deleteDeviceToken,
  touchDeviceToken,
  touchSession,
} from '../../src/core/tokens/device-token.sql.ts'
import { proofOf, proofOfCaller } from '../../src/core/tokens/proof.sql.ts'
import { insertFreeOwnFields, insertOwnFields } from '../../src/core/users/own-fields.sql.ts'
import { insertPublicId } from '../../src/core/users/public-ids.sql.ts'
import { userColumnsOf } from '../../src/core/users/users.sql.ts'
import { settingsOf } from '../support/settings.ts'
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

// Statements of tokens of devices, ends of logins, trusted devices, names and own fields: each of their conditions matters.

const NOW = new Date(5_000)
const LATER = new Date(9_000)

/** Two accounts, each with credentials of its own; the second one is meant. */
const BASE = `
  insert into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (1, 'bob', 'bob', 'b@x.example', 'b@x.example', 'old', 1),
      (2, 'ada', 'ada', 'a@x.example', 'a@x.example', 'old', 1);
  insert into auth_tokens (user_id, key_hash, sealed_key, created_at)
    values (2, 'key-1', 'sealed', 1), (1, 'key-2', 'sealed', 1);
  insert into device_tokens (key_hash, user_id, created_at, last_used_at, expires_at)
    values ('device-1', 2, 1, 1, 1e15), ('device-2', 1, 1, 1, 1e15);
  insert into sessions (key_hash, user_id, auth_hash, created_at, expires_at)
    values ('session-1', 2, 'bound', 1, 1e15), ('session-2', 1, 'bound', 1, 1e15);
  insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    values ('family-1', 2, 1, 1, 1e15), ('family-2', 1, 1, 1, 1e15);
  insert into totp_devices (id, user_id, sealed_secret, recovery_salt, created_at)
    values (1, 1, 'x', 's', 1), (2, 2, 'x', 's', 1);
  insert into passkeys (id, user_id, credential_id, public_key, algorithm, user_handle, name, created_at)
    values (1, 1, 'cred-1', 'k', -7, 'h1', 'Phone', 1), (2, 2, 'cred-2', 'k', -7, 'h2', 'Key', 1);
  insert into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 1, 'google', 'bob', 1, 1), (2, 2, 'google', 'ada', 1, 1), (3, 2, 'github', 'ada', 1, 1),
      (4, 2, 'google', 'ada-2', 1, 1);
  insert into account_deletions (user_id, nonce, requested_at, due_at)
    values (2, 'leave-2', 1, 9000), (1, 'leave-1', 1, 9000);
  insert into own_fields (user_id, document) values (1, '{"phone":"1"}'), (2, '{"phone":"2"}');
  insert into own_field_keys (field, folded, user_id)
    values ('phone', '1', 1), ('phone', '2', 2), ('badge', '2', 2), ('other', '2', 2);
  insert into email_addresses (id, user_id, email, email_folded, is_verified)
    values (1, 1, 'b@x.example', 'b@x.example', 1), (2, 2, 'a@x.example', 'a@x.example', 1);`

/** What may have happened meanwhile. */
const WORLDS: Readonly<Record<string, string>> = {
  nothing: '',
  deactivated: 'update users set is_active = 0 where id = 2',
  'everybody deactivated': 'update users set is_active = 0',
  'everybody kept out':
    'update users set is_active = 0; update account_deletions set banned_at = 1',
  'the other one kept out': `update users set is_active = 0;
    update account_deletions set banned_at = 1 where user_id = 1`,
  'nobody is leaving': 'delete from account_deletions',
  'another password': "update users set password = 'other' where id = 2",
  'tokens revoked': 'update users set tokens_revoked_at = 6000 where id = 2',
  'token gone': 'delete from auth_tokens where user_id = 2',
  'token replaced': "update auth_tokens set key_hash = 'key-9' where user_id = 2",
  'social account changed hands': 'update social_accounts set user_id = 1 where id = 2',
  'token changed hands':
    'delete from auth_tokens where user_id = 1; update auth_tokens set user_id = 1',
  'session bound again': "update sessions set auth_hash = 'elsewhere' where key_hash = 'session-1'",
  'login not recorded': "delete from refresh_families where family = 'family-1'",
  'login ended': "update refresh_families set revoked_at = 1 where family = 'family-1'",
  'another login ended': "update refresh_families set revoked_at = 1 where family = 'family-2'",
  'secret sealed again': "update totp_devices set sealed_secret = 'y' where id = 2",
  'no fields yet':
    'delete from own_fields where user_id = 2; delete from own_field_keys where user_id = 2',
  'the other one has that name': "update users set username_folded = 'c@x.example' where id = 1",
  'it has that name': "update users set username_folded = 'c@x.example' where id = 2",
  'the other one says that address': "update users set email_folded = 'c@x.example' where id = 1",
  'it says that address': "update users set email_folded = 'c@x.example' where id = 2",
  'the other one says none': "update users set email_folded = '' where id = 1",
  'the other one has that address': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (3, 1, 'c@x.example', 'c@x.example', 1)`,
  'the other one claims that address': `insert or ignore into email_addresses (id, user_id, email, email_folded)
    values (4, 1, 'c@x.example', 'c@x.example')`,
  'it has that address': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (5, 2, 'c@x.example', 'c@x.example', 1)`,
  'the other one has that value': `delete from own_field_keys where user_id = 1;
    insert or ignore into own_field_keys (field, folded, user_id) values ('phone', '9', 1)`,
  'the other one has it elsewhere': `insert or ignore into own_field_keys (field, folded, user_id)
    values ('badge', '9', 1)`,
  'it has that value': `delete from own_field_keys where user_id = 2;
    insert or ignore into own_field_keys (field, folded, user_id) values ('phone', '9', 2)`,
  'no such account': 'delete from users where id = 2',
  'many devices': `insert or ignore into device_tokens (key_hash, user_id, created_at, last_used_at)
    with recursive n(value) as (values (1) union all select value + 1 from n where value < 203)
    select 'many-' || value, 2, value, value from n`,
}

const TABLES = [
  'users',
  'auth_tokens',
  'device_tokens',
  'sessions',
  'refresh_families',
  'spent_refresh_tokens',
  'totp_devices',
  'recovery_codes',
  'passkeys',
  'social_accounts',
  'account_deletions',
  'own_fields',
  'own_field_keys',
  'public_ids',
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
const proof = proofOf('password', ada)
const caller = proofOfCaller({ user: ada, credential: { kind: 'token', keyHash: 'key-1' } })
const client = { userAgent: 'Browser', country: 'NL', city: '', address: '' }
const lives = { LOGIN_IDLE_SECONDS: 1, LOGIN_LIFETIME_SECONDS: 2, SESSION_COOKIE_AGE: 3 }
const login = { family: 'family-1', ...client, now: NOW, expiresAt: LATER }
const byId = { field: 'id', value: '2' } as const
const token = { jti: 'jti-1', family: 'family-1', expiresAt: LATER }
const holds = sql`exists (select 1 from auth_tokens where auth_tokens.key_hash = 'key-1')`
const columns = userColumnsOf(settingsOf())
const social = { provider: 'google', uid: 'ada', extraData: {}, sealedTokens: undefined }
const address = 'c@x.example'
const NAMES = [
  { name: address, folded: address, address, barredBy: 'verified' },
  { name: address, folded: address, address, barredBy: 'claimed' },
  { name: 'new', folded: 'new', address: '', barredBy: 'claimed' },
] as const
const own = {
  values: { phone: '9', badge: '8' },
  unique: [
    { field: 'phone', folded: '9' },
    { field: 'badge', folded: '8' },
  ],
  uniqueFields: ['phone', 'badge'],
}
const renamed = { userId: 2, columns, holds } as const
const found = sql`(select id from users where username = 'ada')`
const erasure = { userId: 2, now: NOW, how: 'hard', suffix: 's', passwordHash: '!x' } as const

/** By what they write, each as it is sent for one reason or another. */
const STATEMENTS: Readonly<Record<string, () => readonly Plain[] | Promise<readonly Plain[]>>> = {
  'a token of a device': () =>
    [proof, caller].map((given) =>
      of(insertDeviceToken(db, given, { keyHash: 'new', life: { now: NOW, seconds: 9, client } })),
    ),
  'tokens of more devices than are listed': () => [of(endOldestDeviceTokens(db, proof))],
  'the record of a login': () => [
    of(recordFamily(db, proof, login)),
    of(recordFamily(db, caller, login)),
  ],
  'an ended login': () => [
    of(revokeFamily(db, { family: 'family-1', owner: byId, expiresAt: LATER }, NOW)),
  ],
  'a refresh token that is logged out': () => [
    of(insertBlacklisted(db, { token, owner: byId }, NOW)),
  ],
  'everything of an evicted stranger': () => evictStranger(db, 2, NOW).map((one) => of(one)),
  'a session bound again': () => [
    of(rebindSession(db, 'session-1', { old: 'bound', new: 'bound-again' })),
  ],
  'a session that its browser leaves': () => [
    of(endLeftSession(db, proof, 'session-2')),
    of(endLeftSession(db, caller, 'session-2')),
  ],
  'a session that ends': () => [of(deleteSession(db, 'session-1'))],
  'a session that ends with its token': () => [of(deleteSessionBeside(db, 'session-1', 'key-1'))],
  'a token that ends': () => [of(deleteOwnedToken(db, 'key-1'))],
  'the token of an account': () => [of(deleteAuthToken(db, 2))],
  'the token of a device that ends': () => [of(deleteDeviceToken(db, 'device-1'))],
  'the use of a device': () => [of(touchDeviceToken(db, { keyHash: 'device-1', now: NOW }, lives))],
  'the use of a session': () => [of(touchSession(db, { keyHash: 'session-1', now: NOW }, lives))],
  'rights of a new account': () => [
    of(setRights(db, sql`2`, { isStaff: true, isSuperuser: false })),
  ],
  'an account that is kept out': () => [of(keepOut(db, 2))],
  'an account that is let in': () => [of(letIn(db, 2))],
  'an account that leaves': () => [of(lockAccount(db, 'leave-2'))],
  'a deletion that is due at once': () =>
    makeDeletionDue(db, erasure, 'new').map((one) =>
      of(one as unknown as Parameters<typeof of>[0]),
    ), // as Drizzle makes them
  'a secret that is sealed again': () => [of(resealSecret(db, 2, { old: 'x', new: 'z' }))],
  'recovery codes': () => [
    of(
      insertRecoveryCodes(
        db,
        { userId: 2, codes: [{ codeHash: 'c', position: 0, sealedCode: null }] },
        holds,
      ),
    ),
  ],
  'a social account that nobody uses': () => [of(dropUnused(db, social, sql`2`))],
  'a login by a social account': () => [of(updateSocialAccount(db, 2, { data: social, now: NOW }))],
  'another name': async () => {
    const sent = NAMES.flatMap((username) =>
      (['all', 'others'] as const).map((scope) =>
        sentBy((sending) => updateUser(sending, { ...renamed, scope }, { username })),
      ),
    )
    return (await Promise.all(sent)).flat()
  },
  'a name and fields': async () => {
    const sent = NAMES.map((username) =>
      sentBy((sending) =>
        updateUserAndFields(
          sending,
          { ...renamed, scope: 'others' },
          { changes: { username }, own },
        ),
      ),
    )
    return (await Promise.all(sent)).flat()
  },
  'fields of a new account': () => [
    ...insertOwnFields(db, found, own).map((one) => of(one)),
    ...insertFreeOwnFields(db, found, own).map((one) => of(one)),
  ],
  'the id that clients see': () => [of(insertPublicId(db, found, 'public'))],
}

test.each(Object.entries(STATEMENTS))('each condition of %s matters', async (name, send) => {
  const statements = await send()
  expect(conditionsOf(statements).size).toBeGreaterThan(0)
  expect(unnoticedOf(statements)).toEqual([])
  const known: Readonly<Record<string, Outcomes>> = outcomes.logins
  expect(digestOf(statements, known[name] ?? { digest: '' })).toBe(known[name]?.digest)
})
