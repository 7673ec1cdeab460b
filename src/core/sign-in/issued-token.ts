/** DRF's auth token as it is issued: opened from its seal where the account has one, else new. */
import type { Deps } from '../../deps.ts'
import {
  newAuthToken,
  newDeviceAuthToken,
  openAuthToken,
  storedAuthToken,
} from '../tokens/auth-token.ts'
import type { WrittenRow } from './complete.sql.ts'
import type { SignInAccount } from './credentials.ts'
import type { Settings } from '../../settings/parse.ts'

/** An account's auth token as it is stored. */
export type StoredKey = { readonly keyHash: string; readonly sealedKey: string }

/** The auth token of an account, where it has one. */
export function storedKeyOf({
  keyHash,
  sealedKey,
}: Pick<SignInAccount, 'keyHash' | 'sealedKey'>): StoredKey | undefined {
  return keyHash === null || sealedKey === null ? undefined : { keyHash, sealedKey }
}

/** The auth token that a sign-in hands out. */
export type SignInToken = StoredKey & { readonly key: string } & (
    | { readonly kind: 'new' | 'known' }
    /** One of several, of this login alone; its seal is not kept. */
    | { readonly kind: 'of_device' }
    /** `replaces`: hash of the stored key that this one, or this seal, takes the place of. */
    | { readonly kind: 'replacing'; readonly replaces: string }
  )

/**
 * The account's token opened; a new one where there is none or no secret opens it, or where every login has its own.
 */
export async function tokenFor(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  stored: StoredKey | undefined,
): Promise<SignInToken> {
  if (deps.settings.TOKEN_PER_DEVICE) {
    return { kind: 'of_device', ...(await newDeviceAuthToken(deps)) }
  }
  if (stored === undefined) return { kind: 'new', ...(await newAuthToken(deps)) }
  const opened = await openAuthToken(deps.settings, stored.sealedKey)
  if (opened !== undefined && !opened.isSealedByOldSecret) {
    return { kind: 'known', key: opened.key, ...stored }
  }
  const next =
    opened === undefined ? await newAuthToken(deps) : await storedAuthToken(deps, opened.key)
  return { kind: 'replacing', replaces: stored.keyHash, ...next }
}

/** The key that won: ours, or that of a login at the same moment. */
export async function keyOf(
  settings: Pick<Settings, 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  ours: SignInToken,
  rows: readonly WrittenRow[],
): Promise<string | undefined> {
  const row = rows.find((written) => written.issued === 'token')
  if (row === undefined || row.keyHash === ours.keyHash) return ours.key
  return (await openAuthToken(settings, row.sealedKey))?.key
}
