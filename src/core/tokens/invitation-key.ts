/** Keys of invitations: signed, naming the address and a nonce. */
import type { Deps } from '../../deps.ts'
import { signObject, verifyObject } from './signing.ts'

const SALT = 'rest-auth-edge.invitation'

/** The row says how long an invitation is valid; a signature alone expires after this. */
const MAX_AGE_SECONDS = 3_155_760_000

/** What the key of an invitation names. */
export type InvitationKey = { readonly nonce: string; readonly email: string }

/** The key of an invitation, for the mail to the one address that it is valid for. */
export async function makeInvitationKey(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  { nonce, email }: InvitationKey,
): Promise<string> {
  return signObject([nonce, email], { salt: SALT, secret: settings.SECRET_KEY, now })
}

/** What a key names; `undefined` where it is false. No round trip: whether it is still good, the statement says. */
export async function readInvitationKey(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  key: string,
): Promise<InvitationKey | undefined> {
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const value = await verifyObject(key, {
    salt: SALT,
    secrets,
    maxAgeSeconds: MAX_AGE_SECONDS,
    now,
  })
  if (!Array.isArray(value)) return undefined
  const nonce: unknown = value[0]
  const email: unknown = value[1]
  return typeof nonce === 'string' && typeof email === 'string' ? { nonce, email } : undefined
}
