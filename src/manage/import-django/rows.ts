/**
 * From Django's rows to ours, one reader for each table. A reader refuses what could not work here, with its
 * reason.
 */
import { createHash } from 'node:crypto'
import type { Deps } from '../../deps.ts'
import { sealAuthTokenKey } from '../../core/tokens/auth-token.ts'
import { foldEmail } from '../../core/users/email.ts'
import { foldUsername } from '../../core/users/fold.ts'
import { importedPassword, type PasswordPolicy } from './password-policy.ts'
import type { TargetRow } from './target.ts'
import {
  isStorable,
  readBoolean,
  readInteger,
  readTime,
  type SourceRow,
  type SourceValue,
} from './values.ts'

/** The result of reading a source row. */
export type Reading =
  | { readonly kind: 'row'; readonly row: TargetRow }
  /** One of Django's is several here. */
  | { readonly kind: 'rows'; readonly rows: readonly TargetRow[] }
  /** Needs no row here, and why. */
  | { readonly kind: 'unneeded'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** What reading a row needs besides the row. */
export type ReadingDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'> & {
  readonly passwords: PasswordPolicy
}

/** Thrown inside a reader: the row is refused for this reason. */
export class RefusedRow extends Error {
  override readonly name = 'RefusedRow'
}

/** What a reader makes of a row; what it throws as `RefusedRow` is the reason why it is none. */
export function reading(read: () => TargetRow): Reading {
  try {
    return { kind: 'row', row: read() }
  } catch (error) {
    if (error instanceof RefusedRow) return { kind: 'refused', reason: error.message }
    throw error
  }
}

/** A user; the folded columns are what look-ups use. */
export async function readUser(row: SourceRow, deps: ReadingDeps): Promise<Reading> {
  const password = await importedPassword(row['password'] ?? '', row['id'] ?? '', deps)
  return reading(() => {
    const username = text(row, 'username')
    if (username === '')
      throw new RefusedRow('has no username: --username-column says what names a user')
    const email = text(row, 'email')
    return {
      id: id(row, 'id'),
      username,
      username_folded: foldUsername(username),
      email,
      email_folded: foldEmail(email),
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

/** What clients see as the id of a user whose id is a UUID in Django. */
export function readPublicId(row: SourceRow): Reading {
  return reading(() => ({ user_id: id(row, 'id'), public_id: text(row, 'public_id') }))
}

/** An address of allauth. */
export function readEmailAddress(row: SourceRow): Reading {
  return reading(() => {
    const email = text(row, 'email')
    return {
      id: id(row, 'id'),
      user_id: userId(row),
      email,
      email_folded: foldEmail(email),
      is_verified: flag(row, 'verified', 0),
      is_primary: flag(row, 'primary', 0),
    }
  })
}

/** A token of DRF; sealed when it is written. */
export function readAuthToken(row: SourceRow): Reading {
  return reading(() => {
    const key = text(row, 'key')
    if (key === '') throw new RefusedRow('has no key')
    // Hashed as `sha256Hex` does; Web Crypto hands every key to another thread, which takes ten times as long.
    const keyHash = createHash('sha256').update(key).digest('hex')
    return { user_id: userId(row), key, key_hash: keyHash, created_at: time(row, 'created') }
  })
}

/** Seals the key of a token, for its row. */
export async function sealAuthToken(
  { key, ...row }: TargetRow,
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
): Promise<TargetRow> {
  return { ...row, sealed_key: await sealAuthTokenKey(deps, String(key)) }
}

/** An account at a provider. */
export function readSocialAccount(row: SourceRow): Reading {
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

/** A refresh token that simplejwt blacklisted, with what its outstanding token says. */
export function readBlacklistedToken(row: SourceRow, deps: ReadingDeps): Reading {
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

/** An expired token needs no row: its signature's expiry refuses it. */
function whenNeeded(result: Reading, now: Date): Reading {
  if (result.kind !== 'row') return result
  const expiresAt = Number(result.row['expires_at'])
  return expiresAt <= now.getTime() ? { kind: 'unneeded', reason: 'is expired' } : result
}

/** Whether a column says nothing. */
export function nothing(value: SourceValue | undefined): boolean {
  return value === undefined || value === null || value === ''
}

/** A text; refused where it cannot be stored. */
export function text(row: SourceRow, column: string): string {
  const value = row[column] ?? ''
  if (!isStorable(value)) throw new RefusedRow(`${column} holds characters that cannot be stored`)
  return value
}

/** A whole number above 0. */
export function id(row: SourceRow, column: string): number {
  const value = readInteger(row[column] ?? null)
  if (value === undefined || value < 1) {
    throw new RefusedRow(
      `${column} is no whole number above 0: ${JSON.stringify(row[column] ?? null)}`,
    )
  }
  return value
}

/** Whose row it is. */
export function userId(row: SourceRow): number {
  const value = row['user_id'] ?? ''
  if (value.startsWith('[')) throw new RefusedRow(`its user ${value} is not in the source`)
  return id(row, 'user_id')
}

/** A boolean as SQLite keeps it. */
export function flag(row: SourceRow, column: string, absent: 0 | 1): 0 | 1 {
  if (nothing(row[column])) return absent
  const value = readBoolean(row[column] ?? null)
  if (value === undefined) throw new RefusedRow(`${column} is neither true nor false`)
  return value ? 1 : 0
}

/** Milliseconds since 1970. */
export function time(row: SourceRow, column: string): number {
  const value = readTime(row[column] ?? null)
  if (value === undefined) {
    throw new RefusedRow(`${column} is no time: ${JSON.stringify(row[column] ?? null)}`)
  }
  return value
}

/** JSON unchanged, so that no digit of a long number is lost. */
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
