/**
 * Writes `pbkdf2-kernel.wasm`, the inner loop of PBKDF2-HMAC-SHA256 and -SHA1 in WebAssembly, as bytes and
 * without a compiler: `node src/core/passwords/hashers/pbkdf2-kernel.build.ts`. A test builds it again and compares.
 *
 * Memory, addresses in bytes, 32-bit words in the machine's own order:
 *    0  inner state: SHA of the key block XOR ipad (RFC 2104)
 *   32  outer state: SHA of the key block XOR opad
 *   64  block of 16 words: the last U of PBKDF2 (RFC 8018 §5.2), then SHA padding that never changes
 *  128  T: XOR of every U so far
 *
 * Exports, for `sha256` and `sha1`:
 *   compress_*(from, to)  one SHA compression (FIPS 180-4 §6) of the block into the state at `from`; the new
 *                         state is written to `to`
 *   iterate_*(count)      `count` more iterations: U = HMAC(U), T = T XOR U
 */
import { writeFileSync } from 'node:fs'

const INNER = 0
const OUTER = 32
const BLOCK = 64
const T = 128

/** Bytes of WebAssembly: an expression leaves one value on the stack, a statement none. */
type Code = readonly number[]

/** The whole module (WebAssembly Core §5.5). */
export function buildKernel(): Uint8Array {
  const i32 = 0x7f
  const twoAddresses = [0x60, ...vector([[i32], [i32]]), ...vector([])]
  const oneCount = [0x60, ...vector([[i32]]), ...vector([])]
  const functions = [
    { name: 'compress_sha256', type: 0, code: compression(8, 64, sha256Round) },
    { name: 'compress_sha1', type: 0, code: compression(5, 80, sha1Round) },
    { name: 'iterate_sha256', type: 1, code: iteration(8, 0) },
    { name: 'iterate_sha1', type: 1, code: iteration(5, 1) },
  ]
  const exports = functions.map(({ name }, index) => [...text(name), 0, index])
  return Uint8Array.from([
    ...Buffer.from('\0asm'),
    ...Buffer.from([1, 0, 0, 0]),
    ...section(1, vector([twoAddresses, oneCount])),
    ...section(3, vector(functions.map(({ type }) => [type]))),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector([...exports, [...text('memory'), 2, 0]])),
    ...section(10, vector(functions.map(({ code }) => sized(code)))),
  ])
}

const FROM = 0
const TO = 1
const FIRST_LOCAL = 2

/** The locals of a round: of a state word (0 is `a`), of a message word, and one to compute in. */
type Locals = {
  readonly state: (index: number) => number
  readonly word: (index: number) => number
  readonly scratch: number
}

/** Statements of round `t`. */
type Round = (t: number, locals: Locals) => Code

/** Loads state and block into locals, runs the unrolled rounds on them, adds the old state and stores. */
function compression(words: number, rounds: number, round: Round): Code {
  const firstWord = FIRST_LOCAL + words
  const scratch = firstWord + 16
  const word = (index: number): number => firstWord + (index % 16)
  const code: number[] = []
  for (let index = 0; index < words; index++) {
    code.push(...set(FIRST_LOCAL + index, load(get(FROM), 4 * index)))
  }
  for (let index = 0; index < 16; index++) {
    code.push(...set(word(index), load(constant(0), BLOCK + 4 * index)))
  }
  for (let t = 0; t < rounds; t++) {
    // Each round moves every state word on by one; here the names turn instead, and no value moves. 64 rounds of
    // 8 names and 80 of 5 are whole turns.
    const state = (index: number): number => FIRST_LOCAL + ((index + rounds - t) % words)
    code.push(...round(t, { state, word, scratch }))
  }
  for (let index = 0; index < words; index++) {
    const sum = add(load(get(FROM), 4 * index), get(FIRST_LOCAL + index))
    code.push(...store(get(TO), 4 * index, sum))
  }
  const locals = vector([[...unsigned(words + 17), 0x7f]])
  return [...locals, ...code, 0x0b]
}

const [A, B, C, D, E, F, G, H] = [0, 1, 2, 3, 4, 5, 6, 7] as const

/** FIPS 180-4 §6.2.2. */
function sha256Round(t: number, { state, word, scratch }: Locals): Code {
  const s = (index: number): Code => get(state(index))
  const w = (index: number): Code => get(word(index))
  const code: number[] = []
  if (t >= 16) {
    const early = w(t + 1)
    const late = w(t + 14)
    const sigma0 = xor(rotateRight(early, 7), rotateRight(early, 18), shiftRight(early, 3))
    const sigma1 = xor(rotateRight(late, 17), rotateRight(late, 19), shiftRight(late, 10))
    code.push(...set(word(t), add(w(t), sigma0, w(t + 9), sigma1)))
  }
  const sum0 = xor(rotateRight(s(A), 2), rotateRight(s(A), 13), rotateRight(s(A), 22))
  const sum1 = xor(rotateRight(s(E), 6), rotateRight(s(E), 11), rotateRight(s(E), 25))
  const choice = xor(s(G), and(s(E), xor(s(F), s(G))))
  const majority = or(and(s(A), s(B)), and(s(C), or(s(A), s(B))))
  // What is known early is added first: the next round waits for these sums. 40 % of the speed lies here.
  code.push(...set(scratch, add(s(H), constant(sha256Constant(t)), w(t), choice, sum1)))
  code.push(...set(state(D), add(s(D), get(scratch))))
  code.push(...set(state(H), add(sum0, majority, get(scratch))))
  return code
}

/** FIPS 180-4 §6.1.2. */
function sha1Round(t: number, { state, word }: Locals): Code {
  const s = (index: number): Code => get(state(index))
  const w = (index: number): Code => get(word(index))
  const code: number[] = []
  if (t >= 16) {
    code.push(...set(word(t), rotateLeft(xor(w(t + 13), w(t + 8), w(t + 2), w(t)), 1)))
  }
  const parity = xor(s(B), s(C), s(D))
  const mixed = (): { mix: Code; k: number } => {
    if (t < 20) return { mix: xor(s(D), and(s(B), xor(s(C), s(D)))), k: 0x5a827999 }
    if (t < 40) return { mix: parity, k: 0x6ed9eba1 }
    if (t >= 60) return { mix: parity, k: 0xca62c1d6 }
    return { mix: or(and(s(B), s(C)), and(s(D), or(s(B), s(C)))), k: 0x8f1bbcdc }
  }
  const { mix, k } = mixed()
  code.push(...set(state(E), add(s(E), constant(k), w(t), mix, rotateLeft(s(A), 5))))
  code.push(...set(state(B), rotateLeft(s(B), 30)))
  return code
}

/** `do … while (--count)` around the two compressions of one HMAC. */
function iteration(words: number, compress: number): Code {
  const count = 0
  const body = [
    ...call(compress, constant(INNER), constant(BLOCK)),
    ...call(compress, constant(OUTER), constant(BLOCK)),
  ]
  for (let offset = 0; offset < 4 * words; offset += 4) {
    const mixed = xor(load(constant(0), T + offset), load(constant(0), BLOCK + offset))
    body.push(...store(constant(0), T + offset, mixed))
  }
  body.push(...set(count, sub(get(count), constant(1))), ...get(count))
  return [...vector([]), 0x03, 0x40, ...body, 0x0d, 0, 0x0b, 0x0b]
}

/** The first 32 bits of the fractional part of the cube root of prime number `t` (FIPS 180-4 §4.2.2). */
function sha256Constant(t: number): number {
  const scaled = BigInt(prime(t)) << 96n
  let root = 0n
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root | bit) ** 3n <= scaled) root |= bit
  }
  return Number(root & 0xffffffffn)
}

/** Prime number `index`; 2 is number 0. */
function prime(index: number): number {
  const primes: number[] = []
  for (let candidate = 2; ; candidate++) {
    if (primes.some((divisor) => candidate % divisor === 0)) continue
    if (primes.length === index) return candidate
    primes.push(candidate)
  }
}

function get(local: number): Code {
  return [0x20, ...unsigned(local)]
}

function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)]
}

function constant(value: number): Code {
  return [0x41, ...signed(value | 0)]
}

function load(address: Code, offset: number): Code {
  return [...address, 0x28, 2, ...unsigned(offset)]
}

function store(address: Code, offset: number, value: Code): Code {
  return [...address, ...value, 0x36, 2, ...unsigned(offset)]
}

function call(index: number, ...values: readonly Code[]): Code {
  return [...values.flat(), 0x10, ...unsigned(index)]
}

function add(first: Code, ...rest: readonly Code[]): Code {
  return operate(0x6a, first, rest)
}

function sub(first: Code, second: Code): Code {
  return operate(0x6b, first, [second])
}

function and(first: Code, second: Code): Code {
  return operate(0x71, first, [second])
}

function or(first: Code, second: Code): Code {
  return operate(0x72, first, [second])
}

function xor(first: Code, ...rest: readonly Code[]): Code {
  return operate(0x73, first, rest)
}

function shiftRight(value: Code, bits: number): Code {
  return operate(0x76, value, [constant(bits)])
}

function rotateLeft(value: Code, bits: number): Code {
  return operate(0x77, value, [constant(bits)])
}

function rotateRight(value: Code, bits: number): Code {
  return operate(0x78, value, [constant(bits)])
}

function operate(opcode: number, first: Code, rest: readonly Code[]): Code {
  return [...first, ...rest.flatMap((value) => [...value, opcode])]
}

function section(id: number, content: Code): Code {
  return [id, ...sized(content)]
}

function sized(content: Code): Code {
  return [...unsigned(content.length), ...content]
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function text(ascii: string): Code {
  return sized([...Buffer.from(ascii)])
}

/** LEB128 of a number that is not negative. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

/** LEB128 of a 32-bit number in two's complement. */
function signed(value: number): Code {
  return -64 <= value && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(new URL('pbkdf2-kernel.wasm', import.meta.url), buildKernel())
}
