/** Django's sessions: a random key, stored as a hash, bound to the password hash (`get_session_auth_hash`). */
import {
  constantTimeEqualText,
  encodeBase64,
  hmacSha256,
  randomWord,
  sha256Hex,
} from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { isForgotten } from '../../settings/remember.ts'
import { sessionAuthHash } from './authentication.ts'
import { deleteSession } from './credentials.sql.ts'
import { isSessionOpen } from './session.sql.ts'
import { isLastingKey, keyOfLogin } from './lasting-key.ts'
import type { Settings } from '../../settings/parse.ts'

/** A session about to be opened: the cookie's value, and what is stored. */
export type NewSession = {
  readonly key: string
  readonly stored: { readonly keyHash: string; readonly authHash: string }
}

const KEY_LENGTH = 32

/** Makes a session for a user with this password hash, under its old key where it continues. */
export async function newSession(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  passwordHash: string,
  oldKey?: string,
): Promise<NewSession> {
  // One that was to last does not end with the browser, nor the other way round.
  const goesOn = oldKey !== undefined && isLastingKey(oldKey) === !isForgotten(deps.settings)
  const fresh = randomWord(deps.randomBytes, KEY_LENGTH).toLowerCase()
  const key = goesOn ? oldKey : keyOfLogin(deps.settings, fresh)
  const authHash = await sessionAuthHash(passwordHash, deps.settings.SECRET_KEY)
  return { key, stored: { keyHash: await sha256Hex(key), authHash } }
}

/**
 * An anonymous session, as Django opens one for its own bookkeeping. Nothing is stored: the
 * second half of the key proves the first, so that it can be distinguished from an expired session.
 */
export async function newAnonymousSession(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
): Promise<string> {
  const half = randomWord(deps.randomBytes, KEY_LENGTH / 2).toLowerCase()
  return half + (await proofOf(deps.settings, half))
}

/**
 * The session that an answer writes to without logging anyone in: the request's, whoever is logged in there, and a new
 * anonymous one where it has none. A key that is no session's is not taken over from the client (session fixation).
 */
export async function sessionToKeep(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  key: string | undefined,
): Promise<string> {
  if (key === undefined) return newAnonymousSession(deps)
  const isKept =
    (await isAnonymousSession(deps.settings, key)) ||
    (await isSessionOpen(deps.db, await sha256Hex(key), deps.now))
  return isKept ? key : newAnonymousSession(deps)
}

/** Ends a session, if there is one of this key. */
export async function endSession({ db }: Pick<Deps, 'db'>, key: string): Promise<void> {
  await deleteSession(db, await sha256Hex(key))
}

/** Whether a session key is one of `newAnonymousSession`. */
export async function isAnonymousSession(
  settings: Pick<Settings, 'SECRET_KEY'>,
  key: string,
): Promise<boolean> {
  const half = key.slice(0, KEY_LENGTH / 2)
  return constantTimeEqualText(key.slice(KEY_LENGTH / 2), await proofOf(settings, half))
}

async function proofOf(settings: Pick<Settings, 'SECRET_KEY'>, half: string): Promise<string> {
  const mac = await hmacSha256(settings.SECRET_KEY, `anonymous-session:${half}`)
  const letters = encodeBase64(mac)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  return letters.slice(0, KEY_LENGTH / 2)
}
