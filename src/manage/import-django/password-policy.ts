/** What happens to imported password hashes: kept, wrapped in a stronger hash, or made unusable. */
import { sql } from 'drizzle-orm'
import { isWeakHash, wrapHash, wrappedPrefix } from '../../core/passwords/hashers/wrapped.ts'
import { isPasswordVerifiable } from '../../core/passwords/passwords.ts'
import { saltedHmac } from '../../core/tokens/signing.ts'
import { hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import type { TargetRow } from './target.ts'

/** What the operator decided. */
export type PasswordPolicy = {
  /** Algorithms whose hashes are replaced by an unusable password, so that their owners reset by mail. */
  readonly reset: readonly string[] | 'all'
  /** Whether hashes that a thief of the database breaks first are wrapped, or taken as they are. */
  readonly weakHashes: 'wrap' | 'keep'
}

/** How a password is stored, for the report. */
export type PasswordKind =
  | { readonly kind: 'verifiable' | 'wrapped'; readonly algorithm: string }
  | { readonly kind: 'unusable' }
  /** No hasher here reads it: its owner must reset by mail. */
  | { readonly kind: 'unreadable'; readonly algorithm: string }

type PolicyDeps = Pick<Deps, 'settings'> & { readonly passwords: PasswordPolicy }

/** The algorithm of a hash, for the report, without the hash. */
export function passwordKind(encoded: string, { weakHashes }: PasswordPolicy): PasswordKind {
  if (encoded.startsWith('!') || encoded === '') return { kind: 'unusable' }
  const name = /^(\w{1,40})\$/.exec(encoded)?.[1] ?? 'unsalted'
  if (weakHashes === 'wrap' && isWeakHash(encoded)) return { kind: 'wrapped', algorithm: name }
  if (!isPasswordVerifiable(encoded)) return { kind: 'unreadable', algorithm: name }
  return { kind: 'verifiable', algorithm: name }
}

/**
 * The hash as it is stored here: the same, or an unusable one. That is derived from the secret, so that a second
 * import recognises it and no one can predict it.
 */
export async function importedPassword(
  encoded: string,
  id: string,
  deps: PolicyDeps,
): Promise<string> {
  const { reset } = deps.passwords
  if (encoded === '') return unusable(`${id}:`, deps)
  if (reset.length === 0) return encoded
  const kind = passwordKind(encoded, deps.passwords)
  if (kind.kind === 'unusable') return encoded
  if (reset !== 'all' && !reset.includes(kind.algorithm)) return encoded
  return unusable(`${id}:${encoded}`, deps)
}

async function unusable(what: string, { settings }: Pick<Deps, 'settings'>): Promise<string> {
  return `!${hex(await saltedHmac('import-django.reset', what, settings.SECRET_KEY)).slice(0, 40)}`
}

/**
 * Wraps weak hashes (unsalted MD5, few iterations) in PBKDF2, so that a stolen database is no longer cheap to
 * crack; the user's next login replaces them. The salt is derived from the secret and the hash, so that a second
 * import recognises them without computing a key again. One round trip where there are any.
 */
export async function wrapWeakHashes(
  deps: PolicyDeps & Pick<Deps, 'db'>,
  rows: readonly TargetRow[],
  { mode, expects }: { readonly mode: 'write' | 'dry-run'; readonly expects: 'new' | 'known' },
): Promise<readonly TargetRow[]> {
  const weak = new Map<TargetRow, Weak>()
  for (const row of rows) {
    const encoded = String(row['password'])
    if (deps.passwords.weakHashes === 'keep' || !isWeakHash(encoded)) continue
    const salt = await saltOf(row, deps)
    const prefix = wrappedPrefix(salt, deps.settings.PASSWORD_PBKDF2_ITERATIONS)
    weak.set(row, { encoded, salt, prefix })
  }
  if (weak.size === 0) return rows
  // Where new rows are expected, one that is here after all is hashed once more, to the same.
  const isKnown = expects === 'known' || mode === 'dry-run'
  const known = isKnown ? await knownWrapped(deps, weak) : new Map<number, string>()
  return Promise.all(
    rows.map(async (row) => {
      const found = weak.get(row)
      if (found === undefined) return row
      const there = known.get(Number(row['id']))
      if (there !== undefined) return { ...row, password: there }
      // Nothing is written: what it begins with tells as much.
      if (mode === 'dry-run') return { ...row, password: found.prefix }
      const { PASSWORD_PBKDF2_ITERATIONS: iterations } = deps.settings
      const wrapped = await wrapHash(found.encoded, found.salt, iterations)
      return { ...row, password: wrapped ?? found.encoded }
    }),
  )
}

type Weak = { readonly encoded: string; readonly salt: string; readonly prefix: string }

/** As short as fits beside long salts into Django's 128 characters; 60 random bits. */
const SALT_LENGTH = 15

async function saltOf(row: TargetRow, { settings }: Pick<Deps, 'settings'>): Promise<string> {
  const what = `${row['id']}:${row['password']}`
  const bytes = await saltedHmac('import-django.wrap', what, settings.SECRET_KEY)
  return hex(bytes).slice(0, SALT_LENGTH)
}

/** Passwords that are here already, wrapped under the same salt. */
async function knownWrapped(
  { db }: Pick<Deps, 'db'>,
  weak: ReadonlyMap<TargetRow, Weak>,
): Promise<ReadonlyMap<number, string>> {
  const given = JSON.stringify([...weak].map(([row, { prefix }]) => [row['id'], prefix]))
  const prefix = sql`json_extract(given.value, '$[1]')`
  const rows = await db.all<{ id: number; password: string }>(
    sql`select users.id, users.password from json_each(${given}) as given
      join users on users.id = json_extract(given.value, '$[0]')
      where substr(users.password, 1, length(${prefix})) = ${prefix}`,
  )
  return new Map(rows.map(({ id, password }) => [id, password]))
}
