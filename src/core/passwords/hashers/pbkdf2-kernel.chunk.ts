/**
 * PBKDF2 in WebAssembly, for imported hashes with more iterations than Web Crypto gives. The kernel is built by
 * `pbkdf2-kernel.build.ts`; a slice at a time, so that other requests get their turn.
 */
import { letIoProceed } from '../../../let-io-proceed.ts'
import { deriveWithWebCrypto, type Digest, type Pbkdf2Parameters } from './web-crypto-pbkdf2.ts'
import kernelModule from './pbkdf2-kernel.wasm'

/**
 * Iterations per call into WebAssembly: it has no on-stack replacement, so one long call would run to its end
 * in the slow code that the engine starts with.
 */
const SLICE_ITERATIONS = 2000
/** Twenty milliseconds: then others' calls and answers have their turn. */
const ITERATIONS_AT_ONCE = 50_000

// Addresses in the kernel's memory; `pbkdf2-kernel.build.ts` describes it.
const INNER_STATE = 0
const OUTER_STATE = 32
const BLOCK = 64
const BLOCK_BYTES = 64
const SUM = 128

const DIGESTS = {
  'SHA-256': {
    compress: 'compress_sha256',
    iterate: 'iterate_sha256',
    // FIPS 180-4 §5.3.3
    initialState: [
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
      0x5be0cd19,
    ],
  },
  'SHA-1': {
    compress: 'compress_sha1',
    iterate: 'iterate_sha1',
    // FIPS 180-4 §5.3.1
    initialState: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
  },
} as const satisfies Record<
  Digest,
  { compress: string; iterate: string; initialState: readonly number[] }
>

/** PBKDF2 (RFC 8018 §5.2) of any number of iterations, as long as the digest, by the WebAssembly kernel. */
export async function deriveWithKernel(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  { digest, iterations }: Pbkdf2Parameters,
): Promise<Uint8Array<ArrayBuffer>> {
  // The first iteration is PBKDF2 with one, so the block counter stays Web Crypto's business.
  const first = await deriveWithWebCrypto(password, salt, { digest, iterations: 1 })
  const keyBlock = await hmacKeyBlock(password, digest)
  // A new instance each time: nothing of one request's password stays behind for another's.
  const { compress, iterate, memory } = await instantiateKernel(digest)
  const { initialState } = DIGESTS[digest]
  const words = first.length / 4

  for (const [state, pad] of [
    [INNER_STATE, 0x36],
    [OUTER_STATE, 0x5c],
  ] as const) {
    initialState.forEach((word, index) => memory.setUint32(state + 4 * index, word, true))
    writeBigEndian(
      memory,
      BLOCK,
      keyBlock.map((byte) => byte ^ pad),
    )
    compress(state, state)
  }

  // Every later message is one digest behind the key block, so its padding stands for good.
  const padded = new Uint8Array(BLOCK_BYTES)
  padded.set(first)
  padded[first.length] = 0x80
  new DataView(padded.buffer).setUint32(BLOCK_BYTES - 4, 8 * (BLOCK_BYTES + first.length))
  writeBigEndian(memory, BLOCK, padded)
  writeBigEndian(memory, SUM, first)

  for (let done = 1; done < iterations; done += SLICE_ITERATIONS) {
    if (done % ITERATIONS_AT_ONCE === 1) await letIoProceed()
    iterate(Math.min(iterations - done, SLICE_ITERATIONS))
  }
  return readBigEndian(memory, SUM, words)
}

/** RFC 2104 §2: the key filled up with zeros to a block, or its digest when it is longer. */
async function hmacKeyBlock(password: Uint8Array<ArrayBuffer>, digest: Digest) {
  const block = new Uint8Array(BLOCK_BYTES)
  const isLong = password.length > BLOCK_BYTES
  block.set(isLong ? new Uint8Array(await crypto.subtle.digest(digest, password)) : password)
  return block
}

/** What `pbkdf2-kernel.build.ts` exports. */
type KernelExports = { readonly memory: WebAssembly.Memory } & Readonly<
  Record<(typeof DIGESTS)[Digest]['compress'], (from: number, to: number) => void> &
    Record<(typeof DIGESTS)[Digest]['iterate'], (count: number) => void>
>

async function instantiateKernel(digest: Digest) {
  const instance = await WebAssembly.instantiate(kernelModule, {})
  const exports = instance.exports as KernelExports // a test builds the kernel anew, and finds it the same
  return {
    memory: new DataView(exports.memory.buffer),
    compress: exports[DIGESTS[digest].compress],
    iterate: exports[DIGESTS[digest].iterate],
  }
}

/** SHA reads bytes as big-endian words; WebAssembly's memory is little-endian. */
function writeBigEndian(memory: DataView, address: number, bytes: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(bytes.buffer)
  for (let offset = 0; offset < bytes.length; offset += 4) {
    memory.setUint32(address + offset, view.getUint32(offset), true)
  }
}

function readBigEndian(memory: DataView, address: number, words: number) {
  const bytes = new Uint8Array(4 * words)
  const view = new DataView(bytes.buffer)
  for (let offset = 0; offset < bytes.length; offset += 4) {
    view.setUint32(offset, memory.getUint32(address + offset, true))
  }
  return bytes
}
