import type { Deps } from '../../deps.ts'
import { signObject, verifyObject } from './signing.ts'

/** allauth's salt (`account.app_settings.SALT`): keys in mails that Django sent still work. */
const SALT = 'account'
const DAY_SECONDS = 86_400

/** The key of a verification mail: signed, dated, names the address row (allauth: `EmailConfirmationHMAC`). */
export async function makeEmailKey(
  deps: Pick<Deps, 'settings' | 'now'>,
  addressId: number,
): Promise<string> {
  return signObject(addressId, SALT, deps.settings.SECRET_KEY, deps.now)
}

/** The address row that a key confirms; `undefined` when it is false or too old. */
export async function readEmailKey(
  deps: Pick<Deps, 'settings' | 'now'>,
  key: string,
): Promise<number | undefined> {
  const { settings } = deps
  const maxAgeSeconds = settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS * DAY_SECONDS
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const id = await verifyObject(key, SALT, secrets, maxAgeSeconds, deps.now)
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined
}
