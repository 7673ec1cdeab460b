import { createHmac } from 'node:crypto'
import { CorpusError } from './require.ts'
import { isJsonObject, parseJson, type Json, type JsonObject } from './json.ts'

/** A JWT taken apart; nothing is verified. */
export type DecodedJwt = { readonly header: JsonObject; readonly claims: JsonObject }

const HMAC_HASHES = new Map<Json, string>([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
])

/** Makes a JWT (RFC 7515 §3.1) without the app's own code, so that the two check each other. */
export function mintJwt(header: JsonObject, claims: JsonObject, key: string): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`
  const hash = HMAC_HASHES.get(header['alg'] ?? null)
  const signature =
    hash === undefined ? '' : createHmac(hash, key).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

/** `undefined` where the text is not three base64url parts, the first two of them JSON objects. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]*$/.test(part))) return undefined
  const [header, claims] = parts.map(decodePart)
  return isJsonObject(header) && isJsonObject(claims) ? { header, claims } : undefined
}

/** Mints what a `mint` step asks for; `step` has its values filled in already. */
export function mintStep(step: JsonObject, secretKey: string): string {
  const { claims, header = {}, key = secretKey } = step
  if (!isJsonObject(claims) || !isJsonObject(header) || typeof key !== 'string') {
    throw new CorpusError(`cannot be minted: ${JSON.stringify(step)}`)
  }
  return mintJwt({ alg: 'HS256', typ: 'JWT', ...header }, claims, key)
}

function encodePart(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decodePart(part: string): Json | undefined {
  try {
    return parseJson(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
