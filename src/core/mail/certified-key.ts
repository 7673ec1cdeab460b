/**
 * The public key in an X.509 certificate (RFC 5280), read from its DER by hand: Web Crypto imports keys, not
 * certificates, and a library would be larger than everything else of this feature.
 */
import { decodeBase64 } from '../../crypto.ts'

/** A value in DER (ITU-T X.690 §8.1): where it begins, and where its content does. */
type Node = {
  readonly tag: number
  readonly at: number
  readonly begin: number
  readonly end: number
}

const SEQUENCE = 0x30
/** The version is there in all but the oldest certificates. */
const VERSION = 0xa0
/** In front of the key: serial number, algorithm, issuer, validity, subject (RFC 5280 §4.1). */
const FIELDS_BEFORE = 5

/** The public key in a certificate, as `spki`. Whether to believe the certificate is the caller's to know. */
export function certifiedKey(pem: string): Uint8Array<ArrayBuffer> | undefined {
  const [, body = ''] = pem.split('-----BEGIN CERTIFICATE-----', 2)
  const [base64 = '', end] = body.split('-----END CERTIFICATE-----', 2)
  const bytes = end === undefined ? undefined : decodeBase64(base64.replaceAll(/\s/g, ''))
  if (bytes === undefined) return undefined
  const [certificate] = nodesIn(bytes, { begin: 0, end: bytes.length })
  const [signed] = certificate === undefined ? [] : nodesIn(bytes, certificate)
  const fields = signed === undefined ? [] : nodesIn(bytes, signed)
  const key = fields[fields[0]?.tag === VERSION ? FIELDS_BEFORE + 1 : FIELDS_BEFORE]
  return key?.tag === SEQUENCE ? bytes.slice(key.at, key.end) : undefined
}

/** The values that follow each other; none where one of them does not fit. */
function nodesIn(bytes: Uint8Array, { begin, end }: Pick<Node, 'begin' | 'end'>): readonly Node[] {
  const nodes: Node[] = []
  for (let at = begin; at < end; at = nodes.at(-1)?.end ?? end) {
    const node = nodeAt(bytes, at)
    if (node.end > end || node.end <= at) return []
    nodes.push(node)
  }
  return nodes
}

/** A length below 128 is one byte; above it, the byte says how many follow that hold it. */
function nodeAt(bytes: Uint8Array, at: number): Node {
  const tag = bytes[at] ?? 0
  const first = bytes[at + 1] ?? 0
  const more = first < 0x80 ? 0 : first & 0x7f
  const begin = at + 2 + more
  let length = more === 0 ? first : 0
  for (const byte of bytes.subarray(at + 2, begin)) length = length * 256 + byte
  return { tag, at, begin, end: begin + length }
}
