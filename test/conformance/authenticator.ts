import { createECDH, createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { CorpusError, requireNumber, requireObject, requireOnly, requireText } from './require.ts'

/** The one origin that the corpus' authenticator stands on, and its relying party. */
const ORIGIN = 'https://app.example'
const RP_ID = 'app.example'

const ATTESTED = 64
const HAS_EXTENSIONS = 128

const STEP_MEMBERS = [
  'action',
  'key',
  'challenge',
  'client_data',
  'rp_id',
  'flags',
  'counter',
  'signed_by',
  'attestation',
  'user_handle',
  'alg',
  'id_length',
  'patch',
]

/** What a browser hands over for a passkey: an `authenticator` step, its values filled in. */
export function makeCredential(step: JsonObject): Json {
  requireOnly(step, STEP_MEMBERS, 'authenticator')
  const action = step['action']
  if (action !== 'create' && action !== 'get') {
    throw new CorpusError(`authenticator: action ${JSON.stringify(action)}`)
  }
  const id = credentialId(requireText(step['key'], 'key'), numberOr(step['id_length'], 32))
  const response = action === 'create' ? attestation(step, id) : assertion(step, id)
  const credential = {
    id: b64(id),
    rawId: b64(id),
    type: 'public-key',
    response,
    clientExtensionResults: {},
  }
  return mergePatch(credential, step['patch'] ?? {})
}

/** The COSE key (RFC 9053 §7.1.1) of a named key: what a registration stores. */
export function publicKeyOf(name: string, alg = -7): Buffer {
  const { x, y } = coordinatesOf(name)
  return Buffer.concat([
    Buffer.from('a5010203', 'hex'),
    cborInteger(alg),
    Buffer.from('2001215820', 'hex'),
    x,
    Buffer.from('225820', 'hex'),
    y,
  ])
}

/** The credential id of a named key; of another length, its 32 bytes repeated. */
export function credentialId(name: string, length = 32): Buffer {
  const bytes = sha256(`conformance credential ${name}`)
  return Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, () => bytes)).subarray(
    0,
    length,
  )
}

function attestation(step: JsonObject, id: Buffer): JsonObject {
  const clientData = clientDataOf(step, 'webauthn.create')
  const authData = authenticatorDataOf(step, 69, id)
  const format =
    step['attestation'] === undefined ? 'none' : requireText(step['attestation'], 'fmt')
  const object = Buffer.concat([
    Buffer.from([0xa3]),
    cborText('fmt'),
    cborText(format),
    cborText('attStmt'),
    format === 'packed'
      ? packedStatement(signatureOf(step, authData, clientData))
      : Buffer.from([0xa0]),
    cborText('authData'),
    cborBytes(authData),
  ])
  return {
    clientDataJSON: b64(clientData),
    attestationObject: b64(object),
    transports: ['internal'],
  }
}

function packedStatement(signature: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([0xa2]),
    cborText('alg'),
    cborInteger(-7),
    cborText('sig'),
    cborBytes(signature),
  ])
}

function assertion(step: JsonObject, id: Buffer): JsonObject {
  const clientData = clientDataOf(step, 'webauthn.get')
  const authData = authenticatorDataOf(step, 5, id)
  const userHandle = step['user_handle']
  return {
    clientDataJSON: b64(clientData),
    authenticatorData: b64(authData),
    signature: b64(signatureOf(step, authData, clientData)),
    ...(userHandle === undefined ? {} : { userHandle }),
  }
}

function clientDataOf(step: JsonObject, type: string): Buffer {
  const data = { type, challenge: step['challenge'] ?? null, origin: ORIGIN, crossOrigin: false }
  return Buffer.from(JSON.stringify(mergePatch(data, step['client_data'] ?? {})))
}

function authenticatorDataOf(step: JsonObject, defaultFlags: number, id: Buffer): Buffer {
  const flags = numberOr(step['flags'], defaultFlags)
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(numberOr(step['counter'], 0))
  const rpId = step['rp_id'] === undefined ? RP_ID : requireText(step['rp_id'], 'rp_id')
  return Buffer.concat([
    sha256(rpId),
    Buffer.from([flags]),
    counter,
    ...((flags & ATTESTED) === 0 ? [] : [attestedData(step, id)]),
    ...((flags & HAS_EXTENSIONS) === 0 ? [] : [Buffer.from([0xa0])]),
  ])
}

function attestedData(step: JsonObject, id: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(id.length)
  const key = publicKeyOf(requireText(step['key'], 'key'), numberOr(step['alg'], -7))
  return Buffer.concat([Buffer.alloc(16), length, id, key])
}

function signatureOf(step: JsonObject, authData: Buffer, clientData: Buffer): Buffer {
  const signer = requireText(step['signed_by'] ?? step['key'], 'signed_by')
  return sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKeyOf(signer))
}

function privateKeyOf(name: string): KeyObject {
  const { d, x, y } = coordinatesOf(name)
  return createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', d: b64(d), x: b64(x), y: b64(y) },
  })
}

function coordinatesOf(name: string): {
  readonly d: Buffer
  readonly x: Buffer
  readonly y: Buffer
} {
  const d = sha256(`conformance key ${name}`)
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  return { d, x: point.subarray(1, 33), y: point.subarray(33, 65) }
}

/** RFC 7396: `null` removes, an object is merged, everything else replaces. */
function mergePatch(target: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged = new Map<string, Json>(isJsonObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name) ?? null, value))
  }
  return requireObject(Object.fromEntries(merged), 'patch')
}

/** An integer in the shortest form of CBOR (RFC 8949 §4.2.1). */
function cborInteger(value: number): Buffer {
  return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([cborHead(3, bytes.length), bytes])
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes])
}

function cborHead(major: number, value: number): Buffer {
  const type = major << 5
  if (value < 24) return Buffer.from([type | value])
  if (value < 256) return Buffer.from([type | 24, value])
  if (value < 65_536) return Buffer.from([type | 25, value >> 8, value & 255])
  throw new CorpusError('longer than this authenticator writes')
}

function numberOr(value: Json | undefined, fallback: number): number {
  return value === undefined ? fallback : requireNumber(value, 'authenticator')
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

function b64(bytes: Buffer): string {
  return bytes.toString('base64url')
}
