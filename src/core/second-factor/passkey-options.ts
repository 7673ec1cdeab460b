/** Options of passkey ceremonies as the browser takes them (WebAuthn L3 §5.4, §5.5). */
import { encodeBase64Url, hmacSha256, utf8 } from '../../crypto.ts'
import type { Settings } from '../../settings/parse.ts'
import type { User } from '../users/user.ts'
import type { ListedPasskey } from './passkeys.sql.ts'
import type { RelyingParty } from './webauthn/relying-party.ts'

/** The settings for passkeys. */
type PasskeySettings = Pick<
  Settings,
  | 'PASSKEY_CHALLENGE_TIMEOUT'
  | 'PASSKEY_RANDOM_HANDLES'
  | 'PASSKEY_TELLS_DISCOVERABLE'
  | 'PASSKEY_USER_VERIFICATION'
  | 'PASSKEY_USES_TRANSPORTS'
  | 'SECRET_KEY'
>

/** How an authenticator may be reached (WebAuthn L3 §5.8.4). */
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

function isTransport(word: unknown): word is string {
  return TRANSPORTS.some((known) => known === word)
}

/** The known transports in what a browser says; unknown ones are left out. */
export function knownTransports(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const words = value.filter(isTransport)
  return [...new Set(words)]
}

/** A passkey as it is named to a browser. */
export type CredentialDescriptor = {
  readonly id: string
  readonly type: 'public-key'
  readonly transports?: readonly string[]
}

/** Names a passkey to the browser, with its transports where the settings hand them out. */
export function descriptorOf(
  settings: PasskeySettings,
  passkey: Omit<ListedPasskey, 'userHandle'>,
): CredentialDescriptor {
  const transports = settings.PASSKEY_USES_TRANSPORTS ? knownTransports(passkey.transports) : []
  return {
    id: passkey.credentialId,
    type: 'public-key',
    ...(transports.length === 0 ? {} : { transports }),
  }
}

/** `PublicKeyCredentialCreationOptions` as JSON (§5.4, §5.1.8). */
export function creationOptions(
  settings: PasskeySettings,
  party: RelyingParty,
  request: {
    readonly challenge: string
    readonly userHandle: string
    readonly own: readonly ListedPasskey[]
    readonly user: User
  },
): Readonly<Record<string, unknown>> {
  const { username } = request.user
  const fullName = `${request.user.firstName} ${request.user.lastName}`.trim()
  return {
    rp: { name: party.name, id: party.id },
    user: {
      id: request.userHandle,
      name: username,
      displayName: fullName === '' ? username : fullName,
    },
    challenge: request.challenge,
    pubKeyCredParams: party.algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutMs(settings),
    excludeCredentials: request.own.map((passkey) => descriptorOf(settings, passkey)),
    authenticatorSelection: {
      residentKey: 'preferred',
      requireResidentKey: false,
      userVerification: settings.PASSKEY_USER_VERIFICATION,
    },
    attestation: 'none',
    ...(settings.PASSKEY_TELLS_DISCOVERABLE ? { extensions: { credProps: true } } : {}),
  }
}

/** `PublicKeyCredentialRequestOptions` as JSON (§5.5, §5.1.9). */
export function requestOptions(
  settings: PasskeySettings,
  party: RelyingParty,
  {
    challenge,
    allowed,
  }: { readonly challenge: string; readonly allowed: readonly CredentialDescriptor[] },
): Readonly<Record<string, unknown>> {
  return {
    challenge,
    timeout: timeoutMs(settings),
    rpId: party.id,
    allowCredentials: allowed,
    userVerification: settings.PASSKEY_USER_VERIFICATION,
  }
}

function timeoutMs(settings: PasskeySettings): number {
  return settings.PASSKEY_CHALLENGE_TIMEOUT * 1000
}

/** The handle that dj-rest-auth gives: the id in decimal, base64url. */
export function plainUserHandle(userId: number | string): string {
  return encodeBase64Url(utf8(String(userId)))
}

/** The handle by which allauth finds who a passkey belongs to: the user's id in base 36, of a UUID its digits. */
export function allauthHandle(userId: number | string): string {
  const text = typeof userId === 'number' ? userId.toString(36) : userId.replaceAll('-', '')
  return encodeBase64Url(utf8(text))
}

const HANDLE_BYTES = 16

/**
 * A handle that reveals nothing about its user (§14.6.1); kept with the first passkey, and then the user's for good.
 */
export async function newUserHandle(settings: PasskeySettings, userId: number): Promise<string> {
  if (!settings.PASSKEY_RANDOM_HANDLES) return plainUserHandle(userId)
  const mac = await hmacSha256(settings.SECRET_KEY, `passkey-user:${userId}`)
  return encodeBase64Url(mac.subarray(0, HANDLE_BYTES))
}

/** Maximum number of credentials listed for a given name; of an account that has more, the newest. */
const NAMED_CREDENTIALS = 8
/** Id lengths and transports of common authenticators; many keep no transports. */
const COMMON = [
  { bytes: 16, transports: ['hybrid', 'internal'] },
  { bytes: 20, transports: ['hybrid', 'internal'] },
  { bytes: 32, transports: ['internal'] },
  { bytes: 48, transports: ['nfc', 'usb'] },
  { bytes: 64, transports: ['usb'] },
  { bytes: 16, transports: [] },
  { bytes: 32, transports: [] },
  { bytes: 64, transports: [] },
] as const

/**
 * The account's passkeys among imaginary ones, so that no one learns who has an account or passkeys
 * (§14.6.2): the same number for every name, the same ids whenever it is asked for.
 */
export async function disguisedCredentials(
  settings: PasskeySettings,
  foldedName: string,
  own: readonly CredentialDescriptor[],
): Promise<readonly CredentialDescriptor[]> {
  const found = own.slice(-NAMED_CREDENTIALS).map(withCommonTransports)
  for (let index = 0; found.length < NAMED_CREDENTIALS; index += 1) {
    found.push(await imaginaryCredential(settings, `${index}:${foldedName}`))
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Rare ones would tell it from imaginary passkeys. They are a hint: without one a browser tries every way. */
function withCommonTransports({
  id,
  type,
  transports = [],
}: CredentialDescriptor): CredentialDescriptor {
  const sorted = [...transports].sort()
  const isCommon = COMMON.some((one) => one.transports.join() === sorted.join())
  return { id, type, ...(isCommon && sorted.length > 0 ? { transports: sorted } : {}) }
}

/** A credential id that belongs to no account, the same for the same name each time. */
async function imaginaryCredential(
  settings: PasskeySettings,
  seed: string,
): Promise<CredentialDescriptor> {
  const mac = await hmacSha256(settings.SECRET_KEY, `passkey-imaginary:${seed}`)
  const more = await hmacSha256(settings.SECRET_KEY, `passkey-imaginary-id:${seed}`)
  const { bytes, transports } = COMMON[(mac[0] ?? 0) % COMMON.length] ?? COMMON[0]
  const id = encodeBase64Url(Uint8Array.from([...mac, ...more]).subarray(0, bytes))
  return {
    id,
    type: 'public-key',
    ...(settings.PASSKEY_USES_TRANSPORTS && transports.length > 0 ? { transports } : {}),
  }
}
