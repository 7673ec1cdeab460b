import { isoCBOR } from '@simplewebauthn/server/helpers'
import { describe, expect, test } from 'vitest'
import { algorithmOfKey } from '../../../src/core/second-factor/webauthn/cose-key.ts'
import { decodeBase64Url } from '../../../src/crypto.ts'

type Label = number | string | Uint8Array<ArrayBuffer>

const bytesOf = (text: string | undefined) => decodeBase64Url(text ?? '') ?? new Uint8Array()

function judged(labels: ReadonlyMap<number, Label>): Promise<number | undefined> {
  return algorithmOfKey(isoCBOR.encode(new Map(labels)))
}

async function publicJwk(
  algorithm: AlgorithmIdentifier & Record<string, unknown>,
): Promise<JsonWebKey> {
  const made = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('publicKey' in made)) throw new Error('a pair was asked for')
  return crypto.subtle.exportKey('jwk', made.publicKey)
}

async function ecKey(namedCurve: string, alg: number, crv: number): Promise<Map<number, Label>> {
  const { x, y } = await publicJwk({ name: 'ECDSA', namedCurve })
  return new Map<number, Label>([
    [1, 2],
    [3, alg],
    [-1, crv],
    [-2, bytesOf(x)],
    [-3, bytesOf(y)],
  ])
}

async function rsaKey(modulusLength: number, alg: number): Promise<Map<number, Label>> {
  const publicExponent = Uint8Array.of(1, 0, 1)
  const { n, e } = await publicJwk({
    name: 'RSA-PSS',
    hash: 'SHA-256',
    modulusLength,
    publicExponent,
  })
  return new Map<number, Label>([
    [1, 3],
    [3, alg],
    [-1, bytesOf(n)],
    [-2, bytesOf(e)],
  ])
}

async function edKey(): Promise<Map<number, Label>> {
  const { x } = await publicJwk({ name: 'Ed25519' })
  return new Map<number, Label>([
    [1, 1],
    [3, -8],
    [-1, 6],
    [-2, bytesOf(x)],
  ])
}

const changed = (key: ReadonlyMap<number, Label>, label: number, value: Label | undefined) => {
  const copy = new Map(key)
  if (value === undefined) copy.delete(label)
  else copy.set(label, value)
  return copy
}

describe('an elliptic curve', () => {
  test.each([
    ['P-256', -7, 1],
    ['P-521', -36, 3],
  ])('%s', async (name, alg, crv) => {
    const key = await ecKey(name, alg, crv)
    expect(await judged(key)).toBe(alg)
    const y = key.get(-3)
    const x = key.get(-2)
    if (!(x instanceof Uint8Array) || !(y instanceof Uint8Array)) throw new Error('coordinates')
    const off = Uint8Array.from(y)
    off[off.length - 1] = (off.at(-1) ?? 0) ^ 1
    for (const [label, value] of [
      [1, 1],
      [1, 3],
      [1, undefined],
      [3, undefined],
      [3, 'ES256'],
      [3, -47],
      [-1, crv + 1],
      [-1, undefined],
      [-2, undefined],
      [-2, x.subarray(1)],
      [-2, Uint8Array.of(0, ...x)],
      [-2, 'x'.repeat(x.length)],
      [-3, undefined],
      [-3, y.subarray(1)],
      [-3, off],
    ] as const) {
      expect(await judged(changed(key, label, value)), `${label}: ${String(value)}`).toBeUndefined()
    }
  })
})

test('Edwards’ curve', async () => {
  const key = await edKey()
  expect(await judged(key)).toBe(-8)
  const x = key.get(-2)
  if (!(x instanceof Uint8Array)) throw new Error('a point')
  for (const [label, value] of [
    [1, 2],
    [-1, 1],
    [-1, undefined],
    [-2, undefined],
    [-2, x.subarray(1)],
    [-2, Uint8Array.of(...x, 0)],
  ] as const) {
    expect(await judged(changed(key, label, value)), `${label}: ${String(value)}`).toBeUndefined()
  }
})

test.each([-37, -38, -39, -257, -258, -259])('RSA of algorithm %i', async (alg) => {
  const key = await rsaKey(2048, alg)
  expect(await judged(key)).toBe(alg)
  for (const [label, value] of [
    [1, 2],
    [-1, undefined],
    [-1, 'n'.repeat(256)],
    [-2, undefined],
    [-2, 65537],
  ] as const) {
    expect(await judged(changed(key, label, value)), `${label}: ${String(value)}`).toBeUndefined()
  }
})

test('RSA of fewer than 2048 bits is too weak', async () => {
  expect(await judged(await rsaKey(1024, -257))).toBeUndefined()
})
