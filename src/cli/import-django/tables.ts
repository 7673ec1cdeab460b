import type { Deps } from '../../deps.ts'
import { storedAuthToken } from '../../domain/auth-token.ts'
import { foldCase } from '../../domain/fold.ts'
import { importedPassword, type PasswordPolicy } from './password-policy.ts'
import {
  authTokensTarget,
  emailAddressesTarget,
  socialAccountsTarget,
  spentRefreshTokensTarget,
  usersTarget,
  type Target,
  type TargetRow,
} from './target.ts'
import {
  isStorable,
  readBoolean,
  readInteger,
  readTime,
  type SourceRow,
  type SourceValue,
} from './values.ts'

/** What a source row comes to. */
export type Reading =
  | { readonly kind: 'row'; readonly row: TargetRow }
  /** Needs no row here, and why. */
  | { readonly kind: 'unneeded'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** What reading a row needs besides the row. */
export type ReadingDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'> & {
  readonly passwords: PasswordPolicy
}

/** One of Django's tables and how its rows become ours. */
export type DjangoTable = {
  /** Its name in a database; in a fixture the model `app.model`. */
  readonly name: string
  readonly columns: readonly string[]
  /** Columns without which the table is another one. */
  readonly required: readonly string[]
  /** Column that a fixture calls `pk`. */
  readonly primaryKey: string
}

/** One step of an import: a table that is read, and where its rows go. */
export type ImportStep = {
  readonly table: DjangoTable
  readonly target: Target
  /** Columns that come from another table: name and SQL over `t`, the table itself. */
  readonly joined?: Readonly<Record<string, string>>
  readonly read: (row: SourceRow, deps: ReadingDeps) => Reading | Promise<Reading>
}

/** Which table holds the users, and which of its columns names them. */
export type UserModel = { readonly table: string; readonly usernameColumn: string }

/** The steps in an order that foreign keys allow. */
export function importSteps(model: UserModel): readonly ImportStep[] {
  const users = userTable(model)
  return [
    {
      table: users,
      target: usersTarget,
      read: (row, deps) => readUser({ ...row, username: row[model.usernameColumn] ?? null }, deps),
    },
    { table: EMAIL_ADDRESSES, target: emailAddressesTarget, read: readEmailAddress },
    { table: AUTH_TOKENS, target: authTokensTarget, read: readAuthToken },
    { table: SOCIAL_ACCOUNTS, target: socialAccountsTarget, read: readSocialAccount },
    {
      table: BLACKLISTED_TOKENS,
      target: spentRefreshTokensTarget,
      joined: {
        jti: outstanding('jti'),
        user_id: outstanding('user_id'),
        expires_at: outstanding('expires_at'),
      },
      read: readBlacklistedToken,
    },
  ]
}

/** Every table that is read. */
export function djangoTables(model: UserModel): readonly DjangoTable[] {
  return [
    userTable(model),
    EMAIL_ADDRESSES,
    AUTH_TOKENS,
    SOCIAL_ACCOUNTS,
    OUTSTANDING_TOKENS,
    BLACKLISTED_TOKENS,
  ]
}

function userTable({ table, usernameColumn }: UserModel): DjangoTable {
  return {
    name: table,
    columns: [
      'id',
      ...new Set([usernameColumn, 'email']),
      'password',
      'first_name',
      'last_name',
      'is_active',
      'is_staff',
      'is_superuser',
      'date_joined',
      'last_login',
    ],
    required: ['id', usernameColumn, 'password', 'date_joined'],
    primaryKey: 'id',
  }
}

const EMAIL_ADDRESSES: DjangoTable = {
  name: 'account_emailaddress',
  columns: ['id', 'user_id', 'email', 'verified', 'primary'],
  required: ['id', 'user_id', 'email', 'verified', 'primary'],
  primaryKey: 'id',
}

const AUTH_TOKENS: DjangoTable = {
  name: 'authtoken_token',
  columns: ['key', 'user_id', 'created'],
  required: ['key', 'user_id', 'created'],
  primaryKey: 'key',
}

const SOCIAL_ACCOUNTS: DjangoTable = {
  name: 'socialaccount_socialaccount',
  columns: ['id', 'user_id', 'provider', 'uid', 'extra_data', 'last_login', 'date_joined'],
  required: ['id', 'user_id', 'provider', 'uid', 'extra_data', 'last_login', 'date_joined'],
  primaryKey: 'id',
}

/** Read only through the blacklisted ones: a token that is merely outstanding needs no row here. */
const OUTSTANDING_TOKENS: DjangoTable = {
  name: 'token_blacklist_outstandingtoken',
  columns: ['id', 'jti', 'user_id', 'expires_at'],
  required: ['id', 'jti', 'user_id', 'expires_at'],
  primaryKey: 'id',
}

const BLACKLISTED_TOKENS: DjangoTable = {
  name: 'token_blacklist_blacklistedtoken',
  columns: ['id', 'token_id', 'blacklisted_at'],
  required: ['id', 'token_id', 'blacklisted_at'],
  primaryKey: 'id',
}

function outstanding(column: string): string {
  return `(select o."${column}" from "${OUTSTANDING_TOKENS.name}" o where o.id = t.token_id)`
}

/** A row is refused by throwing this inside a reader, caught in `reading`. */
class RefusedRow extends Error {
  override readonly name = 'RefusedRow'
}

function reading(read: () => TargetRow): Reading {
  try {
    return { kind: 'row', row: read() }
  } catch (error) {
    if (error instanceof RefusedRow) return { kind: 'refused', reason: error.message }
    throw error
  }
}

async function readUser(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  const password = await importedPassword(row['password'] ?? '', row['id'] ?? '', deps)
  return reading(() => {
    const username = text(row, 'username')
    if (username === '') throw new RefusedRow('has no username')
    const email = text(row, 'email')
    return {
      id: id(row, 'id'),
      username,
      username_folded: foldCase(username),
      email,
      email_folded: foldCase(email),
      password: text({ password }, 'password'),
      first_name: text(row, 'first_name'),
      last_name: text(row, 'last_name'),
      is_active: flag(row, 'is_active', 1),
      is_staff: flag(row, 'is_staff', 0),
      is_superuser: flag(row, 'is_superuser', 0),
      date_joined_at: time(row, 'date_joined'),
      last_login_at: nothing(row['last_login']) ? null : time(row, 'last_login'),
    }
  })
}

function readEmailAddress(row: SourceRow): Reading {
  return reading(() => {
    const email = text(row, 'email')
    return {
      id: id(row, 'id'),
      user_id: userId(row),
      email,
      email_folded: foldCase(email),
      is_verified: flag(row, 'verified', 0),
      is_primary: flag(row, 'primary', 0),
    }
  })
}

async function readAuthToken(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  const stored = await storedAuthToken(deps, row['key'] ?? '')
  return reading(() => {
    if (text(row, 'key') === '') throw new RefusedRow('has no key')
    return {
      user_id: userId(row),
      key_hash: stored.keyHash,
      sealed_key: stored.sealedKey,
      created_at: time(row, 'created'),
    }
  })
}

function readSocialAccount(row: SourceRow): Reading {
  return reading(() => {
    const provider = text(row, 'provider')
    const uid = text(row, 'uid')
    if (provider === '' || uid === '') throw new RefusedRow('has no provider or no uid')
    return {
      id: id(row, 'id'),
      user_id: userId(row),
      provider,
      uid,
      extra_data: json(row, 'extra_data'),
      last_login_at: time(row, 'last_login'),
      date_joined_at: time(row, 'date_joined'),
    }
  })
}

function readBlacklistedToken(row: SourceRow, deps: ReadingDeps): Reading {
  return whenNeeded(
    reading(() => {
      const jti = text(row, 'jti')
      if (jti === '') throw new RefusedRow(`its outstanding token ${row['token_id']} is missing`)
      return {
        jti,
        user_id: nothing(row['user_id']) ? null : userId(row),
        spent_at: time(row, 'blacklisted_at'),
        expires_at: time(row, 'expires_at'),
      }
    }),
    deps.now,
  )
}

/** An expired token is refused without a row. */
function whenNeeded(result: Reading, now: Date): Reading {
  if (result.kind !== 'row') return result
  const expiresAt = Number(result.row['expires_at'])
  return expiresAt <= now.getTime() ? { kind: 'unneeded', reason: 'is expired' } : result
}

function nothing(value: SourceValue | undefined): boolean {
  return value === undefined || value === null || value === ''
}

function text(row: SourceRow, column: string): string {
  const value = row[column] ?? ''
  if (!isStorable(value)) throw new RefusedRow(`${column} holds characters that cannot be stored`)
  return value
}

function id(row: SourceRow, column: string): number {
  const value = readInteger(row[column] ?? null)
  if (value === undefined || value < 1) {
    throw new RefusedRow(
      `${column} is no whole number above 0: ${JSON.stringify(row[column] ?? null)}`,
    )
  }
  return value
}

function userId(row: SourceRow): number {
  const value = row['user_id'] ?? ''
  if (value.startsWith('[')) throw new RefusedRow(`its user ${value} is not in the source`)
  return id(row, 'user_id')
}

function flag(row: SourceRow, column: string, absent: 0 | 1): 0 | 1 {
  if (nothing(row[column])) return absent
  const value = readBoolean(row[column] ?? null)
  if (value === undefined) throw new RefusedRow(`${column} is neither true nor false`)
  return value ? 1 : 0
}

function time(row: SourceRow, column: string): number {
  const value = readTime(row[column] ?? null)
  if (value === undefined) {
    throw new RefusedRow(`${column} is no time: ${JSON.stringify(row[column] ?? null)}`)
  }
  return value
}

/** JSON as it stands, so that no digit of a long number is lost. */
function json(row: SourceRow, column: string): string {
  const value = text(row, column)
  if (value === '') return '{}'
  try {
    JSON.parse(value)
  } catch {
    throw new RefusedRow(`${column} is no JSON`)
  }
  return value
}
