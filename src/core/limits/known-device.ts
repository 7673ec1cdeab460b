/**
 * Cookies that mark devices with a former login. Their failed logins are counted apart from other clients', so that an
 * attacker who exhausts an account's limit cannot lock its owner out (denial of service).
 */
import { encodeBase64Url } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { openToken, sealToken } from '../tokens/sealed-token.ts'

/** The slice of `Deps` that device tokens need. */
export type DeviceDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes'>

/** A device on which a user has logged in. */
export type KnownDevice = {
  readonly userId: number
  /** Of the account's tokens, when the device became known: a revocation makes another. */
  readonly version: number
  /** Random: devices are counted one by one. */
  readonly deviceId: string
}

/** Whose device it becomes. */
type DeviceOwner = { readonly id: number; readonly tokensRevokedAt: Date | null }

/** Lifetime of a device token: half a year. */
export const KNOWN_DEVICE_SECONDS = 180 * 86_400

/**
 * A token that marks a device on which a user has logged in. It proves no identity: its only effect
 * is that failed logins are counted apart from those of other clients and devices, so that an account under
 * attack stays open to its owner. Anything that ends the account's tokens (a changed password, "log out everywhere")
 * ends it: who once was logged in shall have no guesses of their own.
 */
export function makeDeviceToken(deps: DeviceDeps, owner: DeviceOwner): Promise<string> {
  const deviceId = encodeBase64Url(deps.randomBytes(6))
  // Encrypted, not only signed: an account's id would reveal how many there are.
  const content = { userId: owner.id, version: versionOf(owner), deviceId }
  return sealToken(deps, 'known-device', { content, lifetimeSeconds: KNOWN_DEVICE_SECONDS })
}

/** A token for a device that the account does not know yet; `undefined` where it does, or none is asked for. */
export async function newDeviceToken(
  deps: DeviceDeps,
  shown: string | undefined,
  owner: DeviceOwner,
): Promise<string | undefined> {
  if (deps.settings.KNOWN_DEVICE_COOKIE === undefined) return undefined
  const known = shown === undefined ? undefined : await readDeviceToken(deps, shown)
  const isKnown = known?.userId === owner.id && known.version === versionOf(owner)
  return isKnown ? undefined : makeDeviceToken(deps, owner)
}

/**
 * The content of a token; `undefined` for one that is invalid or expired. Whether its version still holds the database
 * knows.
 */
export async function readDeviceToken(
  deps: Pick<DeviceDeps, 'settings' | 'now'>,
  token: string,
): Promise<KnownDevice | undefined> {
  const { userId, version, deviceId } =
    (await openToken(deps, 'known-device', token))?.content ?? {}
  const isWhole = Number.isSafeInteger(userId) && Number.isSafeInteger(version)
  if (!isWhole || typeof deviceId !== 'string') return undefined
  return { userId: Number(userId), version: Number(version), deviceId }
}

/** The account's token version: a revocation makes another one, which ends the mark. */
function versionOf({ tokensRevokedAt }: DeviceOwner): number {
  return tokensRevokedAt?.getTime() ?? 0
}
