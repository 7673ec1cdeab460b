/** Reads what a browser sends after a ceremony; its shape is checked before any library sees it. */
import { decodeBase64Url } from '../../../crypto.ts'
import { parseJson } from '../../../parse-json.ts'
import { stripPadding } from '../../../strip.ts'

/** What a browser hands over, as far as it has the right shape; everything in it is the client's to forge. */
export type GivenCredential = {
  readonly id: string
  readonly rawId: string
  readonly type: string
  readonly response: Readonly<Record<string, unknown>>
  /** `credProps.rk`: whether the authenticator keeps it, so that it is found without a name. */
  readonly isDiscoverable: boolean | undefined
  /** Where browsers put them, and at the top, where dj-rest-auth looks for them. */
  readonly transports: unknown
  readonly topTransports: unknown
}

/** What the browser signs (WebAuthn L3 §5.8.1). */
export type ClientData = {
  readonly challenge: string | undefined
  readonly isCrossOrigin: boolean
  readonly topOrigin: string | undefined
}

/** WebAuthn L3 §7.1 step 25: no longer id is registered. */
const MAX_ID_BYTES = 1023

/**
 * Reads a credential of either ceremony; `undefined` where its shape is none. As lenient as py_webauthn is: `rawId` may
 * have base64's padding, and an attachment that is no text is none.
 */
export function readCredential(value: unknown): GivenCredential | undefined {
  if (!isRecord(value)) return undefined
  const { rawId, type, response, authenticatorAttachment, clientExtensionResults } = value
  if (typeof rawId !== 'string' || !isRecord(response)) return undefined
  const id = stripPadding(rawId)
  if (value['id'] !== id || type !== 'public-key' || !isCredentialId(id)) return undefined
  if (!isAttachment(authenticatorAttachment)) return undefined
  const properties = isRecord(clientExtensionResults) ? clientExtensionResults['credProps'] : {}
  const kept = isRecord(properties) ? properties['rk'] : undefined
  return {
    id,
    rawId: id,
    type,
    response,
    isDiscoverable: typeof kept === 'boolean' ? kept : undefined,
    transports: response['transports'],
    topTransports: value['transports'],
  }
}

function isCredentialId(text: string): boolean {
  const bytes = decodeBase64Url(text)
  return bytes !== undefined && bytes.length > 0 && bytes.length <= MAX_ID_BYTES
}

function isAttachment(value: unknown): boolean {
  return typeof value !== 'string' || ATTACHMENTS.includes(value)
}

const ATTACHMENTS = ['platform', 'cross-platform']

/**
 * Reads the credential of a registration, which may also come as its JSON text (py_webauthn takes it so); then nothing is
 * said beside it.
 */
export function readNewCredential(value: unknown): GivenCredential | undefined {
  if (typeof value !== 'string') return readCredential(value)
  const credential = readCredential(parseJson(value))
  return credential === undefined ? undefined : { ...credential, topTransports: undefined }
}

/** What the browser signed; `undefined` where it is no JSON object. */
export function readClientData(text: unknown): ClientData | undefined {
  const data = typeof text === 'string' ? parseJson(decodeBase64Url(text)) : undefined
  if (!isRecord(data)) return undefined
  const { challenge, crossOrigin, topOrigin } = data
  return {
    challenge: typeof challenge === 'string' ? challenge : undefined,
    isCrossOrigin: crossOrigin === true,
    topOrigin: typeof topOrigin === 'string' ? topOrigin : undefined,
  }
}

/**
 * Whether the page may have been where it was: in no frame of another site, or in one of those that the
 * settings name (WebAuthn L3 §7.1 steps 10 and 11; clickjacking).
 */
export function isFrameAllowed(
  { isCrossOrigin, topOrigin }: ClientData,
  allowed: readonly (string | undefined)[],
): boolean {
  return isCrossOrigin ? allowed.includes(topOrigin) : topOrigin === undefined
}

/** A JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
