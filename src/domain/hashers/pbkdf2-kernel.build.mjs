/**
 * Writes `pbkdf2-kernel.wasm`, the inner loop of PBKDF2-HMAC-SHA256 and -SHA1 in WebAssembly, as bytes and
 * without a compiler: `node src/domain/hashers/pbkdf2-kernel.build.mjs`. A test builds it again and compares.
 *
 * Memory, addresses in bytes, 32-bit words in the machine's own order:
 *    0  inner state: SHA of the key block XOR ipad (RFC 2104)
 *   32  outer state: SHA of the key block XOR opad
 *   64  block of 16 words: the last U of PBKDF2 (RFC 8018 §5.2), then SHA padding that never changes
 *  128  T: XOR of every U so far
 *
 * Exports, for `sha256` and `sha1`:
 *   compress_*(from, to)  one SHA compression (FIPS 180-4 §6) of the block into the state at `from`; the sum is
 *                         written to `to`
 *   iterate_*(count)      `count` more iterations: U = HMAC(U), T = T XOR U
 */
import { writeFileSync } from 'node:fs'

const OUTER = 32
const BLOCK = 64
const T = 128

const signed = (value) => {
  const bytes = []
  for (let rest = value; ; rest >>= 7) {
    const last = (rest >> 6 === 0 && (rest & 64) === 0) || (rest >> 6 === -1 && (rest & 64) !== 0)
    bytes.push(last ? rest & 127 : (rest & 127) | 128)
    if (last) return bytes
  }
}
const unsigned = (value) => {
  const bytes = []
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 128 ? rest : (rest & 127) | 128)
    if (rest < 128) return bytes
  }
}
const vector = (items) => [...unsigned(items.length), ...items.flat()]
const section = (id, content) => [id, ...vector(content)]
const text = (string) => vector([...Buffer.from(string)])

const get = (local) => [0x20, ...unsigned(local)]
const set = (local, value) => [...value, 0x21, ...unsigned(local)]
const constant = (value) => [0x41, ...signed(value | 0)]
const load = (address, offset) => [...address, 0x28, 2, ...unsigned(offset)]
const store = (address, offset, value) => [...address, ...value, 0x36, 2, ...unsigned(offset)]
const call = (index, ...values) => [...values.flat(), 0x10, ...unsigned(index)]
const binary =
  (opcode) =>
  (first, ...rest) =>
    rest.reduce((left, right) => [...left, ...right, opcode], first)
const add = binary(0x6a)
const sub = binary(0x6b)
const and = binary(0x71)
const or = binary(0x72)
const xor = binary(0x73)
const shiftRight = (value, bits) => [...value, ...constant(bits), 0x76]
const rotateLeft = (value, bits) => [...value, ...constant(bits), 0x77]
const rotateRight = (value, bits) => [...value, ...constant(bits), 0x78]

const FROM = 0
const TO = 1
const FIRST_LOCAL = 2

/** Loads state and block into locals, runs the unrolled rounds on them, adds the old state and stores. */
function compression(words, rounds, round) {
  const state = Array.from({ length: words }, (_, index) => FIRST_LOCAL + index)
  const message = Array.from({ length: 16 }, (_, index) => FIRST_LOCAL + words + index)
  const scratch = FIRST_LOCAL + words + 16
  const code = [
    ...state.flatMap((local, index) => set(local, load(get(FROM), 4 * index))),
    ...message.flatMap((local, index) => set(local, load(constant(0), BLOCK + 4 * index))),
  ]
  for (let t = 0; t < rounds; t++) code.push(...round(t, state, message, scratch))
  // `round` rotates the names instead of the values: 64 and 80 rounds are whole turns of 8 and 5 names.
  state.forEach((local, index) => {
    code.push(...store(get(TO), 4 * index, add(load(get(FROM), 4 * index), get(local))))
  })
  return [...vector([[...unsigned(scratch - 1), 0x7f]]), ...code, 0x0b]
}

/** FIPS 180-4 §6.2.2. */
function sha256Round(t, state, message, scratch) {
  const [a, b, c, d, e, f, g, h] = state.map(get)
  const w = (index) => get(message[index % 16])
  const code = []
  if (t >= 16) {
    const early = w(t + 1)
    const late = w(t + 14)
    const sigma0 = xor(rotateRight(early, 7), rotateRight(early, 18), shiftRight(early, 3))
    const sigma1 = xor(rotateRight(late, 17), rotateRight(late, 19), shiftRight(late, 10))
    code.push(...set(message[t % 16], add(w(t), sigma0, w(t + 9), sigma1)))
  }
  const sum0 = xor(rotateRight(a, 2), rotateRight(a, 13), rotateRight(a, 22))
  const sum1 = xor(rotateRight(e, 6), rotateRight(e, 11), rotateRight(e, 25))
  const choice = xor(g, and(e, xor(f, g)))
  const majority = or(and(a, b), and(c, or(a, b)))
  code.push(...set(scratch, add(h, sum1, choice, constant(SHA256_K[t]), w(t))))
  code.push(...set(state[3], add(d, get(scratch))))
  code.push(...set(state[7], add(get(scratch), sum0, majority)))
  state.unshift(state.pop())
  return code
}

/** FIPS 180-4 §6.1.2. */
function sha1Round(t, state, message) {
  const [a, b, c, d, e] = state.map(get)
  const w = (index) => get(message[index % 16])
  const code = []
  if (t >= 16) {
    code.push(...set(message[t % 16], rotateLeft(xor(w(t + 13), w(t + 8), w(t + 2), w(t)), 1)))
  }
  const mix = [
    xor(d, and(b, xor(c, d))),
    xor(b, c, d),
    or(and(b, c), and(d, or(b, c))),
    xor(b, c, d),
  ][Math.floor(t / 20)]
  const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][Math.floor(t / 20)]
  code.push(...set(state[4], add(rotateLeft(a, 5), mix, e, constant(k), w(t))))
  code.push(...set(state[1], rotateLeft(b, 30)))
  state.unshift(state.pop())
  return code
}

function iteration(words, compress) {
  const count = 0
  const body = [
    ...call(compress, constant(0), constant(BLOCK)),
    ...call(compress, constant(OUTER), constant(BLOCK)),
  ]
  for (let offset = 0; offset < 4 * words; offset += 4) {
    const mixed = xor(load(constant(0), T + offset), load(constant(0), BLOCK + offset))
    body.push(...store(constant(0), T + offset, mixed))
  }
  body.push(...set(count, sub(get(count), constant(1))), ...get(count))
  // loop … br_if 0 end end
  return [...vector([]), 0x03, 0x40, ...body, 0x0d, 0, 0x0b, 0x0b]
}

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const SHA256_K = firstPrimes(64).map((prime) =>
  Number(cubeRoot(BigInt(prime) << 96n) & 0xffffffffn),
)

function firstPrimes(count) {
  const primes = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n)
  return primes
}

function cubeRoot(value) {
  let root = 0n
  for (let bit = 1n << 40n; bit; bit >>= 1n) if ((root | bit) ** 3n <= value) root |= bit
  return root
}

/** The whole module. */
export function buildKernel() {
  const i32 = 0x7f
  const twoAddresses = [0x60, ...vector([i32, i32]), 0]
  const oneCount = [0x60, ...vector([i32]), 0]
  const functions = [
    compression(8, 64, sha256Round),
    compression(5, 80, sha1Round),
    iteration(8, 0),
    iteration(5, 1),
  ]
  const names = ['compress_sha256', 'compress_sha1', 'iterate_sha256', 'iterate_sha1']
  return Uint8Array.from([
    ...[0, ...Buffer.from('asm'), 1, 0, 0, 0],
    ...section(1, [...unsigned(2), ...twoAddresses, ...oneCount]),
    ...section(3, vector([0, 0, 1, 1])),
    ...section(5, vector([[0, 1]])),
    ...section(7, [
      ...unsigned(names.length + 1),
      ...names.flatMap((name, index) => [...text(name), 0, index]),
      ...[...text('memory'), 2, 0],
    ]),
    ...section(10, [...unsigned(functions.length), ...functions.flatMap((code) => vector(code))]),
  ])
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(new URL('pbkdf2-kernel.wasm', import.meta.url), buildKernel())
}
