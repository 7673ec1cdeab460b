/** HTTP Basic of introspection clients, compared in constant time. */
import { constantTimeEqualText, decodeBase64, fromUtf8, sha256Hex } from '../crypto.ts'
import type { Settings } from '../settings/parse.ts'
import { unauthenticated } from './errors.ts'

/** The settings that name clients. */
type ClientSettings = Pick<Settings, 'INTROSPECTION_CLIENTS'>

/**
 * Lets through who shows one of `INTROSPECTION_CLIENTS` (RFC 7662 §2.1: introspection without authorization
 * would be a scanner for tokens).
 *
 * @throws ApiError 401
 */
export async function requireClient(settings: ClientSettings, request: Request): Promise<void> {
  const [id = '', secret = ''] = basicCredentials(request)
  const { INTROSPECTION_CLIENTS: clients } = settings
  const expected = Object.hasOwn(clients, id) ? clients[id] : undefined
  // RFC 6749 §2.3.1 requires both percent-encoded; many clients send them as they are.
  const isRight = await isEqual(secret, expected ?? '')
  const isRightDecoded = await isEqual(decodePercent(secret), expected ?? '')
  if (expected !== undefined && (isRight || isRightDecoded)) return
  throw unauthenticated({ detail: 'Unknown client.' }, 'Basic realm="introspection"')
}

/** Id and secret of `Authorization: Basic …` (RFC 7617 §2), nothing of anything else. */
export function basicCredentials(request: Request): readonly string[] {
  const [scheme = '', word = '', ...more] = (request.headers.get('authorization') ?? '').split(' ')
  if (scheme.toLowerCase() !== 'basic' || more.length > 0) return []
  const text = fromUtf8(decodeBase64(word) ?? new Uint8Array())
  const colon = text.indexOf(':')
  return colon < 0 ? [] : [decodePercent(text.slice(0, colon)), text.slice(colon + 1)]
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** By digests, so that the time does not reveal the length, either (timing attack). */
async function isEqual(a: string, b: string): Promise<boolean> {
  return constantTimeEqualText(await sha256Hex(a), await sha256Hex(b))
}
