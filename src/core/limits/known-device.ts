import type { Deps } from '../../deps.ts'
import { signObject, verifyObject } from '../tokens/signing.ts'

/** The slice of `Deps` that device tokens need. */
export type DeviceDeps = Pick<Deps, 'settings' | 'now'>

const SALT = 'known-device'

/** So long a device is known after its last new token: half a year. */
export const KNOWN_DEVICE_SECONDS = 180 * 86_400

/**
 * A token that tells a device on which somebody has logged in. It proves no identity: its only effect
 * is that failed logins are counted apart from those of strangers, so that an account under attack
 * stays open to its owner. All known devices of an account share one counter, so stolen or hoarded
 * tokens buy no further guesses.
 */
export function makeDeviceToken(deps: DeviceDeps, userId: number): Promise<string> {
  return signObject(userId, SALT, deps.settings.SECRET_KEY, deps.now)
}

/** A token for a device that the account does not know yet; `undefined` where it does, or none is asked for. */
export async function newDeviceToken(
  deps: DeviceDeps,
  shown: string | undefined,
  userId: number,
): Promise<string | undefined> {
  if (deps.settings.KNOWN_DEVICE_COOKIE === undefined) return undefined
  const knownUserId = shown === undefined ? undefined : await readDeviceToken(deps, shown)
  return knownUserId === userId ? undefined : makeDeviceToken(deps, userId)
}

/** The account that knows the device; `undefined` for tokens that are false or old. */
export async function readDeviceToken(
  deps: DeviceDeps,
  token: string,
): Promise<number | undefined> {
  const { settings, now } = deps
  const secrets = [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]
  const id = await verifyObject(token, SALT, secrets, KNOWN_DEVICE_SECONDS, now)
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined
}
