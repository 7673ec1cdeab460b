import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deriveChain } from '../../../src/core/passwords/hashers/pbkdf2-chain.ts'
import { deriveWithKernel } from '../../../src/core/passwords/hashers/pbkdf2-kernel.chunk.ts'
import {
  isPasswordUsable,
  makePassword,
  makeUnusablePassword,
  verifyPassword,
} from '../../../src/core/passwords/passwords.ts'
import vectors from '../../vectors/passwords.json' with { type: 'json' }

const { verified, written } = vectors

const SALT = 's0LvUzoYGqLhWcWBnkN7aB'

function passwordDeps(calls: number, iterations: number) {
  return {
    settings: { PASSWORD_PBKDF2_CALLS: calls, PASSWORD_PBKDF2_ITERATIONS: iterations },
    randomBytes: (n: number) => crypto.getRandomValues(new Uint8Array(n)),
    elapsedMs: () => 0,
  }
}

/** Iterations of every Web Crypto call since the test began. */
let derivations: number[] = []

beforeEach(() => {
  derivations = []
  const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle)
  vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation((algorithm, key, length) => {
    const isPbkdf2 = typeof algorithm === 'object' && 'iterations' in algorithm
    derivations.push(isPbkdf2 ? algorithm.iterations : Number.NaN)
    return deriveBits(algorithm, key, length)
  })
})

afterEach(() => {
  // Production Workers refuse more; the runtimes tests run in do not.
  expect(derivations.filter((iterations) => !(iterations <= 100_000))).toEqual([])
  vi.restoreAllMocks()
})

function work(): number {
  return derivations.reduce((sum, iterations) => sum + iterations, 0)
}

describe('a password hashed by Django', () => {
  test.each(verified)('is verified: $encoded', async ({ password, encoded }) => {
    const outcome = await verifyPassword(passwordDeps(2, 10), password, encoded)
    expect(outcome).toEqual({ kind: 'correct', needsRehash: true })
  })

  const cheap = verified.filter(({ encoded, password }) => {
    const isDear = /\$m=102400|\$(?:6x|\d)\d{5,}|\$12\$|^scrypt\$1\d{4}/.test(encoded)
    return !isDear && password.length < 72
  })

  test.each(cheap)('does not match another password: $encoded', async ({ password, encoded }) => {
    const outcome = await verifyPassword(passwordDeps(2, 10), `${password}!`, encoded)
    expect(outcome).toEqual({ kind: 'wrong' })
  })

  test.each(cheap)('does not match when its hash is changed: $encoded', async (vector) => {
    const changed = vector.encoded.replace(/.(?=.{4}$)/, (one) => (one === 'a' ? 'b' : 'a'))
    const outcome = await verifyPassword(passwordDeps(2, 10), vector.password, changed)
    expect(outcome).toEqual({ kind: 'wrong' })
  })
})

describe('a new hash', () => {
  test.each(written)('is what Django reads: $encoded', async (vector) => {
    const { settings } = passwordDeps(vector.calls, vector.iterations)
    const randomBytes = (n: number) => new Uint8Array(n)
    const encoded = await makePassword(
      { settings, randomBytes, elapsedMs: () => 0 },
      vector.password,
    )
    expect(encoded).toBe(vector.encoded)
  })

  test('has a salt of its own, of 22 alphanumerics', async () => {
    const deps = passwordDeps(1, 10)
    const first = await makePassword(deps, 'secret')
    const second = await makePassword(deps, 'secret')
    const format = /^pbkdf2_sha256\$10\$[A-Za-z0-9]{22}\$[A-Za-z0-9+/]{43}=$/
    expect(first).toMatch(format)
    expect(second).toMatch(format)
    expect(first).not.toBe(second)
  })

  test('costs calls times iterations', async () => {
    await makePassword(passwordDeps(6, 700), 'secret')
    expect(derivations).toEqual([700, 700, 700, 700, 700, 700])
  })

  test('is refused where a call would have more iterations than Workers allow', async () => {
    await expect(makePassword(passwordDeps(1, 100_001), 'secret')).rejects.toThrow(RangeError)
  })

  test('is verified, for any password', async () => {
    const deps = passwordDeps(2, 3)
    const anyPassword = fc.string({ unit: 'grapheme', maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(anyPassword, anyPassword, async (password, other) => {
        const encoded = await makePassword(deps, password)
        const right = await verifyPassword(deps, password, encoded)
        const changed = await verifyPassword(deps, `${password}${other}.`, encoded)
        expect([right, changed]).toEqual([
          { kind: 'correct', needsRehash: false },
          { kind: 'wrong' },
        ])
      }),
    )
  })
})

describe('a correct password needs a new hash', () => {
  test.each([
    { stored: [1, 10], wanted: [1, 10], needsRehash: false },
    { stored: [3, 10], wanted: [3, 10], needsRehash: false },
    { stored: [1, 11], wanted: [1, 10], needsRehash: true },
    { stored: [1, 10], wanted: [1, 100], needsRehash: true },
    { stored: [1, 10], wanted: [3, 10], needsRehash: true },
    { stored: [3, 10], wanted: [1, 10], needsRehash: true },
    { stored: [3, 10], wanted: [6, 5], needsRehash: true },
  ] as const)('$needsRehash: $stored stored, $wanted wanted', async (row) => {
    const [storedCalls, storedIterations] = row.stored
    const [calls, iterations] = row.wanted
    const encoded = await makePassword(passwordDeps(storedCalls, storedIterations), 'secret')
    const outcome = await verifyPassword(passwordDeps(calls, iterations), 'secret', encoded)
    expect(outcome).toEqual({ kind: 'correct', needsRehash: row.needsRehash })
  })

  test('when its salt is shorter than those Django makes today', async () => {
    // From Django's hasher, with a salt of 12 characters as before Django 3.2.
    const encoded = 'pbkdf2_sha256$10$seasalt12345$ApVZaquJ/gZmbAPBHT5q2xA4upiSiTILMtxC+IEDgYE='
    const outcome = await verifyPassword(passwordDeps(1, 10), 'secret', encoded)
    expect(outcome).toEqual({ kind: 'correct', needsRehash: true })
  })
})

describe('a login that fails costs what a hash of the settings costs', () => {
  const chainSalt = `${SALT}$AAAA`
  const worthless = {
    'no account': undefined,
    'an empty hash': '',
    'an unusable password': '!kfjsl3kjflsk3jfls3kjflskj3flskjfs3kljfl',
    'no hash at all': 'secret',
    'an unknown algorithm': `crypt$$${SALT}`,
    'a name of the object prototype': `constructor$10$${chainSalt}`,
    'an inherited name': `__proto__$10$${chainSalt}`,
    'MD5 without a salt': 'md5$$5ebe2294ecd0e0f08eab7690d2a6ee69',
    'bare MD5': '5ebe2294ecd0e0f08eab7690d2a6ee69',
    'SHA-1': 'sha1$salt$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4',
    'SHA-1 without a salt': 'sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4',
    'PBKDF2 without a salt': 'pbkdf2_sha256$10$$AAAA',
    'PBKDF2 without a number': `pbkdf2_sha256$ten$${chainSalt}`,
    'PBKDF2 of no iterations': `pbkdf2_sha256$0$${chainSalt}`,
    'PBKDF2 of 2,000,001 iterations': `pbkdf2_sha256$2000001$${chainSalt}`,
    'PBKDF2-SHA1 of 2,000,001 iterations': `pbkdf2_sha1$2000001$${chainSalt}`,
    'a chain of 2,100,000 iterations': `pbkdf2_sha256_chain$21x100000$${chainSalt}`,
    'a chain link of 100,001 iterations': `pbkdf2_sha256_chain$2x100001$${chainSalt}`,
    'scrypt of a cost that Workers refuse': `scrypt$262144$${SALT}$8$1$AAAA`,
    'scrypt of a cost that is no power of two': `scrypt$1000$${SALT}$8$1$AAAA`,
    'scrypt of cost one': `scrypt$1$${SALT}$8$1$AAAA`,
    'argon2 of more memory than fits': `argon2$argon2id$v=19$m=102401,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA`,
    'argon2 of many passes': `argon2$argon2id$v=19$m=65536,t=7,p=1$c2FsdHNhbHQ$AAAAAAAA`,
    'argon2 of too little memory': `argon2$argon2id$v=19$m=15,t=1,p=2$c2FsdHNhbHQ$AAAAAAAA`,
    'argon2 of an unknown version': `argon2$argon2id$v=18$m=16,t=1,p=1$c2FsdHNhbHQ$AAAAAAAA`,
    'argon2 of a short salt': `argon2$argon2id$v=19$m=16,t=1,p=1$c2FsdA$AAAAAAAA`,
    'argon2 that is not base64': `argon2$argon2id$v=19$m=16,t=1,p=1$c2FsdHNhbHQ$AAAAA`,
    'bcrypt of 15 rounds': `bcrypt$$2b$15$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS`,
    'bcrypt of 3 rounds': `bcrypt$$2b$03$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS`,
    'bcrypt cut short': `bcrypt$$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoO`,
  }

  test.each(Object.entries(worthless))('%s', async (_, encoded) => {
    const outcome = await verifyPassword(passwordDeps(6, 500), 'secret', encoded)
    expect(outcome).toEqual({ kind: 'wrong' })
    expect(derivations).toEqual([500, 500, 500, 500, 500, 500])
  })

  test.each([
    ['its own chain', `pbkdf2_sha256_chain$6x500$${chainSalt}`],
    ['a shorter chain', `pbkdf2_sha256_chain$2x500$${chainSalt}`],
    ['fewer iterations', `pbkdf2_sha256$700$${chainSalt}`],
    ['fewer iterations of SHA-1', `pbkdf2_sha1$1$${chainSalt}`],
    ['salted MD5', `md5$${SALT}$dd07b0265fe830c384eeeaeb919cda7e`],
    ['wrapped MD5', `pbkdf2_wrapped$700$${chainSalt}$md5$x`],
    ['wrapped PBKDF2', `pbkdf2_wrapped$700$${chainSalt}$pbkdf2_sha256$300$x`],
  ])('a wrong password against %s', async (_, encoded) => {
    const outcome = await verifyPassword(passwordDeps(6, 500), 'secret', encoded)
    expect(outcome).toEqual({ kind: 'wrong' })
    expect(work()).toBe(3000)
  })

  test('a wrong password against all that Web Crypto gives in a call', async () => {
    await verifyPassword(passwordDeps(2, 50_001), 'secret', `pbkdf2_sha256$100000$${chainSalt}`)
    expect(derivations).toEqual([100_000, 2])
  })

  test('a wrong password against a dearer hash adds nothing', async () => {
    await verifyPassword(passwordDeps(6, 500), 'secret', `pbkdf2_sha256$4000$${chainSalt}`)
    expect(derivations).toEqual([4000])
  })

  test('nor does one against more than Web Crypto gives: the kernel is slower', async () => {
    // Of the kernel's iterations Web Crypto does the first.
    await verifyPassword(passwordDeps(3, 50_000), 'secret', `pbkdf2_sha256$100001$${chainSalt}`)
    expect(derivations).toEqual([1])
  })
})

describe('others have their turn', () => {
  const noSalt = new Uint8Array(0)
  const pausesOf = async (hash: () => Promise<unknown>): Promise<number> => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await hash()
    return timers.mock.calls.filter(([, ms]) => ms === 0).length
  }

  test.each([
    ['between the calls of a chain', () => deriveChain('x', SALT, { calls: 4, iterations: 1 }), 3],
    [
      'every 50,000 iterations of the kernel',
      () => deriveWithKernel(noSalt, noSalt, { digest: 'SHA-1', iterations: 50_002 }),
      2,
    ],
    // Before and after the turn, and between four parts of the work.
    ['between parts of work for no hash', () => verifyPassword(passwordDeps(4, 1), 'x', ''), 5],
  ])('%s', async (_, hash, pauses) => {
    expect(await pausesOf(hash)).toBe(pauses)
  })
})

test('no stored text makes verification throw', async () => {
  const algorithm = fc.constantFrom(
    'pbkdf2_sha256',
    'pbkdf2_sha1',
    'pbkdf2_sha256_chain',
    'scrypt',
    'argon2',
    'bcrypt',
    'bcrypt_sha256',
    'md5',
  )
  const part = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.stringMatching(/^[1-9]\d{0,2}$/),
    fc.constantFrom('argon2id', 'v=19', 'm=64,t=1,p=1', '8', '2x5', '2b', '04', ''),
  )
  await fc.assert(
    fc.asyncProperty(algorithm, fc.array(part, { maxLength: 6 }), async (name, parts) => {
      const outcome = await verifyPassword(passwordDeps(1, 1), 'secret', [name, ...parts].join('$'))
      expect(outcome).toEqual({ kind: 'wrong' })
    }),
    { numRuns: 500 },
  )
})

describe('an unusable password', () => {
  test('is an exclamation mark and 40 alphanumerics, each time others', () => {
    const { randomBytes } = passwordDeps(1, 1)
    const first = makeUnusablePassword(randomBytes)
    expect(first).toMatch(/^![A-Za-z0-9]{40}$/)
    expect(makeUnusablePassword(randomBytes)).not.toBe(first)
  })

  test('is told from a usable one', () => {
    expect(isPasswordUsable(makeUnusablePassword(passwordDeps(1, 1).randomBytes))).toBe(false)
    expect(isPasswordUsable('!')).toBe(false)
    expect(isPasswordUsable(undefined)).toBe(false)
    expect(isPasswordUsable(`pbkdf2_sha256$10$${SALT}$AAAA`)).toBe(true)
  })
})
