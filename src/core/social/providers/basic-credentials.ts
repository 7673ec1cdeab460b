/** A client's credentials as HTTP Basic (RFC 6749 §2.3.1). */
import { encodeBase64, utf8 } from '../../../crypto.ts'

/** The `Authorization` header of a client that has a secret (RFC 6749 §2.3.1, RFC 7617). */
export function basicCredentials(clientId: string, secret: string): string {
  return `Basic ${encodeBase64(utf8(`${clientId}:${secret}`))}`
}
