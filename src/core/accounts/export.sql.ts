/** SQL of the data export: which columns of which tables are personal data, and which are secrets. */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { columnsOf, TABLES } from '../../db/tables.ts'

/**
 * What is exported of each table with rows about a user, by the names in the database. A test fails where a column of
 * such a table is listed neither here nor in `NOT_EXPORTED`.
 */
export const TOLD: Readonly<Record<string, readonly string[]>> = {
  users: [
    'id',
    'username',
    'email',
    'first_name',
    'last_name',
    'is_active',
    'is_staff',
    'is_superuser',
    'date_joined_at',
    'last_login_at',
    'tokens_revoked_at',
  ],
  own_fields: ['document'],
  own_field_keys: ['field'],
  public_ids: ['public_id'],
  group_members: ['group_id'],
  user_permissions: ['permission', 'model'],
  email_addresses: ['id', 'email', 'is_verified', 'is_primary'],
  social_accounts: ['id', 'provider', 'uid', 'extra_data', 'last_login_at', 'date_joined_at'],
  auth_tokens: ['created_at'],
  device_tokens: [
    'name',
    'user_agent',
    'country',
    'city',
    'created_at',
    'last_used_at',
    'expires_at',
  ],
  sessions: ['name', 'user_agent', 'country', 'city', 'created_at', 'last_used_at', 'expires_at'],
  refresh_families: [
    'name',
    'user_agent',
    'country',
    'city',
    'created_at',
    'last_used_at',
    'revoked_at',
    'expires_at',
  ],
  totp_devices: ['created_at', 'last_used_at'],
  recovery_codes: ['position', 'used_at'],
  passkeys: [
    'id',
    'name',
    'credential_id',
    'transports',
    'is_discoverable',
    'is_backed_up',
    'created_at',
    'last_used_at',
  ],
  recent_proofs: ['how', 'proved_at', 'expires_at'],
  address_changes: ['email', 'changed_at', 'expires_at'],
  account_deletions: ['requested_at', 'due_at'],
  invitations: ['email', 'groups', 'created_at', 'expires_at', 'accepted_at'],
  email_outbox: ['kind', 'address', 'created_at'],
  audit_events: ['kind', 'detail', 'happened_at'],
}

/** Columns about a user that are not exported, by name in any table or in one, and why. */
export const NOT_EXPORTED: Readonly<Record<string, string>> = {
  user_id: 'the number that every row of the answer has in common',
  'account_deletions.banned_at': 'set only while the account is kept out, and nobody can ask',
  username_folded: 'the name in the form in which it is compared',
  email_folded: 'the address in the form in which it is compared',
  folded: 'an own field in the form in which it is compared',
  password: 'a secret',
  key_hash: 'a secret',
  sealed_key: 'a secret',
  auth_hash: 'a secret',
  sealed_tokens: 'a secret',
  sealed_secret: 'a secret',
  sealed_code: 'a secret',
  code_hash: 'a secret',
  recovery_salt: 'a secret',
  nonce: 'a secret',
  jti: 'names a token',
  successor_jti: 'names a token',
  family: 'names a login in tokens',
  credential: 'names a credential by its hash',
  'totp_devices.id': 'a number of a row',
  'totp_devices.last_step': 'a state of the protocol',
  public_key: 'a state of the protocol',
  algorithm: 'a state of the protocol',
  sign_count: 'a state of the protocol',
  user_handle: 'a state of the protocol',
  is_backup_eligible: 'a state of the protocol',
  is_user_verified: 'a state of the protocol',
  'address_changes.id': 'a number of a row',
  kept_ids: 'numbers of rows',
  'invitations.id': 'a number of a row',
  invited_by: 'about somebody else',
  'invitations.revoked_at': 'an invitation that was used was not revoked',
  'audit_events.id': 'a number of a row',
  'email_outbox.id': 'a number of a row',
  context: 'how a mail is made',
  idempotency_key: 'how a mail is made',
  attempts: 'how a mail is made',
  next_attempt_at: 'how a mail is made',
  tried_by: 'how a mail is made',
  batch_key: 'how a mail is made',
}

/** At most so many rows of a table are exported, the newest ones. */
const MAX_ROWS = 1000

/** The rows of every such table about an account, as one JSON text. One statement. */
export async function readEverything(db: Database, userId: number): Promise<string> {
  const parts = Object.entries(TOLD).map(([name, columns]) => {
    const by = name === 'users' ? sql`id` : sql`user_id`
    return sql`${sql.raw(`'${name}'`)}, (select json_group_array(${rowJson(name, columns)}) from (
      select * from ${sql.identifier(name)} where ${by} = ${userId} order by rowid desc limit ${MAX_ROWS}))`
  })
  // SQLite takes 127 arguments of one function: two a table.
  const [row] = await db.all<{ readonly everything: string }>(
    sql`select json_object(${sql.join(parts, sql`, `)}) as "everything"`,
  )
  return row?.everything ?? '{}'
}

function rowJson(table: string, names: readonly string[]): SQL {
  const found = TABLES.get(table)
  const columns = found === undefined ? undefined : columnsOf(found)
  const values = names.map((name) => {
    const column = sql.identifier(name)
    const type = columns?.get(name)?.dataType
    return sql`${sql.raw(`'${name}'`)}, ${valueOf(sql`${column}`, type)}`
  })
  return sql`json_object(${sql.join(values, sql`, `)})`
}

/** Times in ISO 8601, booleans as such, JSON as it is. */
function valueOf(column: SQL, type: string | undefined): SQL {
  if (type === 'date') return sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  if (type === 'boolean')
    return sql`json(case ${column} when 1 then 'true' when 0 then 'false' else 'null' end)`
  return type === 'json' ? sql`json(${column})` : column
}
