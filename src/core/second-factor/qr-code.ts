/** The QR code of an `otpauth:` URL. */
import { renderSVG } from 'uqr'
import { encodeBase64, utf8 } from '../../crypto.ts'

/** A QR code as a picture for an `<img>`. */
export function qrCodeDataUri(text: string): string {
  return `data:image/svg+xml;base64,${encodeBase64(utf8(renderSVG(text)))}`
}
