/**
 * DRF's auth tokens: stored as SHA-256 for the look-up, and sealed so that the same key can be handed out again.
 */
import { hex, seal, sha256Hex, unseal } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { keyOfLogin } from './lasting-key.ts'
import type { Settings } from '../../settings/parse.ts'

/** An auth token as it is stored: nothing in it logs anyone in without `SECRET_KEY`. */
type StoredAuthToken = { readonly keyHash: string; readonly sealedKey: string }

/** A new auth token: what the client gets and what is stored. */
export type NewAuthToken = StoredAuthToken & { readonly key: string }

const PURPOSE = 'auth-token'

/** Makes an auth token: 40 hexadecimal digits (DRF: `Token.generate_key`). */
export async function newAuthToken(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
): Promise<NewAuthToken> {
  return storedAuthToken(deps, hex(deps.randomBytes(20)))
}

/** One of a login alone, whose key says whether it outlives the browser. */
export async function newDeviceAuthToken(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
): Promise<NewAuthToken> {
  return storedAuthToken(deps, keyOfLogin(deps.settings, hex(deps.randomBytes(20))))
}

/** How a given key is stored. */
export async function storedAuthToken(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  key: string,
): Promise<NewAuthToken> {
  return { key, keyHash: await sha256Hex(key), sealedKey: await sealAuthTokenKey(deps, key) }
}

/** A key sealed (imports keep the keys that clients hold). */
export function sealAuthTokenKey(
  { settings, randomBytes }: Pick<Deps, 'settings' | 'randomBytes'>,
  key: string,
): Promise<string> {
  return seal({ secret: settings.SECRET_KEY, randomBytes }, PURPOSE, key)
}

/** The key in a stored token, and whether it must be sealed again; `undefined` when no secret fits. */
export async function openAuthToken(
  settings: Pick<Settings, 'SECRET_KEY' | 'SECRET_KEY_FALLBACKS'>,
  sealedKey: string,
): Promise<{ readonly key: string; readonly isSealedByOldSecret: boolean } | undefined> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const opened = await unseal(secrets, PURPOSE, sealedKey)
  if (opened === undefined) return undefined
  return { key: opened.text, isSealedByOldSecret: opened.secretIndex > 0 }
}
