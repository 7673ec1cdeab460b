/** Keys of machines for the operator's API: random, shown once, stored as SHA-256, with scopes and an expiry. */
import { and, asc, eq, isNull, type SQL } from 'drizzle-orm'
import { encodeBase64Url, sha256Hex } from '../../crypto.ts'
import type { Database } from '../../db/open.ts'
import { adminKeys } from '../../db/schema/operator.ts'
import type { Deps } from '../../deps.ts'
import { textFaults, type Fault } from '../faults.ts'
import type { AdminScope } from '../../settings/admin-scopes.ts'

/** What every key begins with, so that scanners for leaked secrets know one. */
export const ADMIN_KEY_PREFIX = 'rae_admin_'
/** 256 bits: guessing is hopeless, so a fast hash is enough. */
const KEY_BYTES = 32
const HOUR_MS = 3_600_000

/** A key as it is listed: nothing in it opens anything. */
export type ListedKey = {
  readonly id: number
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

/** A key that is about to be made. */
export type NewKey = {
  readonly name: string
  readonly scopes: readonly AdminScope[]
  readonly expiresAt: Date | undefined
}

/** Result of making one. */
export type KeyOutcome =
  | { readonly kind: 'created'; readonly id: number; readonly key: string }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault<'name'>[] }

/** Long enough to say what a machine is for. */
const NAME_MAX_LENGTH = 100
/** What steers terminals and logs, or turns text around. */
const STEERING = /(?!\0)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A key needs a name by which it can be recognised and revoked. */
function nameFaults(name: string): readonly Fault<'name'>[] {
  if (name.trim() === '') return [{ field: 'name', code: 'blank' }]
  return [
    ...textFaults('name', name, { max: NAME_MAX_LENGTH }),
    ...(STEERING.test(name) ? [{ field: 'name', code: 'pattern_mismatch' } as const] : []),
  ]
}

/** Makes a key; it is shown now and never again, for only its SHA-256 is kept. One round trip. */
export async function createKey(
  { db, now, randomBytes }: Pick<Deps, 'db' | 'now' | 'randomBytes'>,
  { name, scopes, expiresAt }: NewKey,
): Promise<KeyOutcome> {
  const faults = nameFaults(name)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const key = ADMIN_KEY_PREFIX + encodeBase64Url(randomBytes(KEY_BYTES))
  const [row] = await db
    .insert(adminKeys)
    .values({
      name,
      scopes,
      keyHash: await sha256Hex(key),
      createdAt: now,
      expiresAt: expiresAt ?? null,
    })
    .returning({ id: adminKeys.id })
  if (row === undefined) throw new Error('The key was not written.')
  return { kind: 'created', id: row.id, key }
}

/** Every key there ever was, the oldest first. One round trip. */
export async function listKeys(db: Database): Promise<readonly ListedKey[]> {
  const { id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = adminKeys
  const rows = await db
    .select({ id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt })
    .from(adminKeys)
    .orderBy(asc(adminKeys.id))
  return rows.map((row) => ({ ...row, scopes: scopesOf(row.scopes) }))
}

function scopesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** Ends a key at once. One round trip. */
export async function revokeKey(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  id: number,
): Promise<'revoked' | 'unknown'> {
  const rows = await db
    .update(adminKeys)
    .set({ revokedAt: now })
    .where(and(eq(adminKeys.id, id), isNull(adminKeys.revokedAt)))
    .returning({ id: adminKeys.id })
  return rows.length > 0 ? 'revoked' : 'unknown'
}

/** The living key of this text, with a column of JSON about what it is used for. One round trip, by its hash. */
export async function findKey(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  key: string,
  column: SQL<string>,
): Promise<
  | {
      readonly id: number
      readonly scopes: readonly string[]
      readonly column: string
      readonly isUseNoted: boolean
    }
  | undefined
> {
  const [row] = await db
    .select({
      id: adminKeys.id,
      scopes: adminKeys.scopes,
      expiresAt: adminKeys.expiresAt,
      lastUsedAt: adminKeys.lastUsedAt,
      column,
    })
    .from(adminKeys)
    .where(and(eq(adminKeys.keyHash, await sha256Hex(key)), isNull(adminKeys.revokedAt)))
  if (row === undefined || (row.expiresAt !== null && row.expiresAt <= now)) return undefined
  const { id, lastUsedAt, column: found } = row
  const isUseNoted = lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < HOUR_MS
  return { id, scopes: scopesOf(row.scopes), column: found, isUseNoted }
}

/** Notes that a key is used, for after the answer. */
export function noteUse(db: Database, id: number, now: Date) {
  return db.update(adminKeys).set({ lastUsedAt: now }).where(eq(adminKeys.id, id))
}
