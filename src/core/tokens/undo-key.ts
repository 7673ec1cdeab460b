/** Keys of links that undo something: signed, single use by the row they name. */
import type { Deps } from '../../deps.ts'
import { signObject, verifyObject } from './signing.ts'

/** What a mailed link may undo. */
export type UndoPurpose = 'address-change' | 'deletion'

/** How long a link lives is said by the row that it names; a signature alone expires after this. */
const MAX_AGE_SECONDS = 3_155_760_000

const SALT = 'rest-auth-edge.undo.'

/** The key of a link that undoes something: signed, names a row by its random nonce. */
export async function makeUndoKey(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  purpose: UndoPurpose,
  nonce: string,
): Promise<string> {
  return signObject(nonce, { salt: SALT + purpose, secret: settings.SECRET_KEY, now })
}

/** The nonce that a key names; `undefined` where it is false. */
export async function readUndoKey(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  purpose: UndoPurpose,
  key: string,
): Promise<string | undefined> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const nonce = await verifyObject(key, {
    salt: SALT + purpose,
    secrets,
    maxAgeSeconds: MAX_AGE_SECONDS,
    now,
  })
  return typeof nonce === 'string' ? nonce : undefined
}
