import { pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { buildKernel } from '../../../src/core/passwords/hashers/pbkdf2-kernel.build.ts'
import { deriveWithKernel } from '../../../src/core/passwords/hashers/pbkdf2-kernel.chunk.ts'

test('the committed kernel is what its source builds', () => {
  const committed = readFileSync('src/core/passwords/hashers/pbkdf2-kernel.wasm')
  expect(committed.equals(buildKernel())).toBe(true)
})

test.each([
  ['SHA-256', 'sha256', 32],
  ['SHA-1', 'sha1', 20],
] as const)('the kernel agrees with OpenSSL on PBKDF2-HMAC-%s', async (digest, name, length) => {
  const bytes = fc.uint8Array({ maxLength: 200 })
  const anyIterations = fc.oneof(
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(1999, 2000, 2001, 4000, 4001),
  )
  await fc.assert(
    fc.asyncProperty(bytes, bytes, anyIterations, async (password, salt, iterations) => {
      const parameters = { digest, iterations }
      const key = await deriveWithKernel(new Uint8Array(password), new Uint8Array(salt), parameters)
      const expected = pbkdf2Sync(password, salt, iterations, length, name)
      expect(expected.equals(key)).toBe(true)
    }),
  )
})

test.each([0, 63, 64, 65])(
  'a password of %i bytes is a key block, or its digest',
  async (length) => {
    const password = new Uint8Array(length).fill(7)
    const salt = new Uint8Array([1])
    for (const [digest, name, bytes] of [
      ['SHA-256', 'sha256', 32],
      ['SHA-1', 'sha1', 20],
    ] as const) {
      const key = await deriveWithKernel(password, salt, { digest, iterations: 3 })
      expect(Buffer.from(key)).toEqual(pbkdf2Sync(password, salt, 3, bytes, name))
    }
  },
)

test.each([
  [2, 1],
  [50_000, 1],
  [50_001, 1],
  [50_002, 2],
  [100_002, 3],
])('%i iterations let others proceed: %i times', async (iterations, times) => {
  const turns = vi.spyOn(globalThis, 'setTimeout')
  try {
    const salt = new Uint8Array([1])
    await deriveWithKernel(new Uint8Array([7]), salt, { digest: 'SHA-1', iterations })
    expect(turns.mock.calls.filter(([, ms]) => ms === 0)).toHaveLength(times)
  } finally {
    turns.mockRestore()
  }
})
