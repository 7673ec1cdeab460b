/** Keys of verification mails: signed and stateless (allauth: `EmailConfirmationHMAC`), or stored. */
import type { SQL } from 'drizzle-orm'
import { sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { addressOfKey, insertEmailKey } from './email-key.sql.ts'
import { signObject, verifyObject } from './signing.ts'
import type { Settings } from '../../settings/parse.ts'

/** allauth's salt (`account.app_settings.SALT`): keys in mails that Django sent still work. */
const SALT = 'account'
const DAY_SECONDS = 86_400

/**
 * The key of a verification mail (allauth: `EmailConfirmationHMAC`): signed, dated, names the address row; or random
 * and kept in the database (`EmailConfirmation`), which costs one round trip.
 */
export async function makeEmailKey(
  deps: Pick<Deps, 'settings' | 'now' | 'db' | 'randomBytes'>,
  addressId: number,
): Promise<string> {
  const { settings, now, db } = deps
  if (settings.ACCOUNT_EMAIL_CONFIRMATION_HMAC) {
    return signObject(addressId, { salt: SALT, secret: settings.SECRET_KEY, now })
  }
  const key = randomKey(deps.randomBytes)
  const expiresAt = new Date(now.getTime() + lifeSeconds(settings) * 1000)
  await insertEmailKey(db, { keyHash: await sha256Hex(key), addressId, sentAt: now, expiresAt })
  return key
}

/**
 * The id of the address row that a key confirms, or a subquery of it; `undefined` when the key is false or too old.
 * No round trip.
 */
export async function readEmailKey(
  deps: Pick<Deps, 'settings' | 'now'>,
  key: string,
): Promise<number | SQL | undefined> {
  const { settings, now } = deps
  if (!settings.ACCOUNT_EMAIL_CONFIRMATION_HMAC) {
    const sentAfter = new Date(now.getTime() - lifeSeconds(settings) * 1000)
    return addressOfKey(await sha256Hex(key.toLowerCase()), sentAfter)
  }
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const id = await verifyObject(key, {
    salt: SALT,
    secrets,
    maxAgeSeconds: lifeSeconds(settings),
    now,
  })
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined
}

function lifeSeconds(settings: Pick<Settings, 'ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS'>): number {
  return settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS * DAY_SECONDS
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
/** allauth: `generate_emailconfirmation_key`. */
const KEY_LENGTH = 64

function randomKey(randomBytes: Deps['randomBytes']): string {
  let key = ''
  while (key.length < KEY_LENGTH) {
    // The last bytes would prefer the first letters.
    const fair = Array.from(randomBytes(KEY_LENGTH)).filter((byte) => byte < 7 * ALPHABET.length)
    key += fair.map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('')
  }
  return key.slice(0, KEY_LENGTH)
}
