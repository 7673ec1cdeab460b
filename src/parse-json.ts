/** JSON that others have written, who may have written anything. */
import { fromUtf8 } from './crypto.ts'

/** What a text says, or its bytes in UTF-8; `undefined` where it is no JSON, or nothing is given. */
export function parseJson(given: string | Uint8Array | undefined): unknown {
  try {
    return JSON.parse(given instanceof Uint8Array ? fromUtf8(given) : String(given))
  } catch {
    return undefined
  }
}
