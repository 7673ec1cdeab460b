import { describe, expect, test } from 'vitest'
import {
  isPasswordVerifiable,
  makeUnusablePassword,
  verifyPassword,
} from '../../../src/core/passwords/passwords.ts'
import { isWeakHash, wrapHash } from '../../../src/core/passwords/hashers/wrapped.ts'

// What is read of a stored hash, and refused before any work is done: the edges of each format and limit.

const SALT = 'saltsaltsaltsalt'
const HASH = 'AAAA'
const EIGHT_BYTES = 'c29tZXNhbHQ'
const FOUR_BYTES = 'AAAAAA'
const BCRYPT_SALT = 'abcdefghijklmnopqrstuu'
const BCRYPT_HASH = 'qREtd3VJD2QVZbuFskFSLk6eRIrQoOS'
const MD5 = '0123456789abcdef0123456789abcdef'

const argon2 = (costs: string, salt = EIGHT_BYTES, hash = FOUR_BYTES): string =>
  `argon2$argon2id$v=19$${costs}$${salt}$${hash}`

const GOOD = {
  'PBKDF2 of one iteration': `pbkdf2_sha256$1$${SALT}$${HASH}`,
  'PBKDF2 of 2,000,000': `pbkdf2_sha256$2000000$${SALT}$${HASH}`,
  'PBKDF2-SHA1 of 2,000,000': `pbkdf2_sha1$2000000$${SALT}$${HASH}`,
  'a chain of 20 times 100,000': `pbkdf2_sha256_chain$20x100000$${SALT}$${HASH}`,
  'a chain of 2,000 links': `pbkdf2_sha256_chain$2000x1000$${SALT}$${HASH}`,
  'scrypt of N 2': `scrypt$2$${SALT}$1$1$${HASH}`,
  'scrypt of all that Workers bear': `scrypt$131072$${SALT}$8$1$${HASH}`,
  'scrypt of the same in other parts': `scrypt$2$${SALT}$8$65536$${HASH}`,
  'argon2 of all memory four times': argon2('m=102400,t=4,p=1'),
  'argon2 of the least': argon2('m=8,t=1,p=1'),
  'argon2 of eight a lane': argon2('m=16,t=1,p=2'),
  'argon2 of no version': `argon2$argon2i$m=8,t=1,p=1$${EIGHT_BYTES}$${FOUR_BYTES}`,
  'bcrypt of 4': `bcrypt$$2b$04$${BCRYPT_SALT}${BCRYPT_HASH}`,
  'bcrypt of 14': `bcrypt$$2b$14$${BCRYPT_SALT}${BCRYPT_HASH}`,
  'bcrypt of SHA-256': `bcrypt_sha256$$2y$12$${BCRYPT_SALT}${BCRYPT_HASH}`,
  MD5: `md5$x$${MD5}`,
  'wrapped MD5': `pbkdf2_wrapped$100000$${SALT}$${HASH}$md5$x`,
  'wrapped MD5 without a salt': `pbkdf2_wrapped$1$${SALT}$${HASH}$md5$`,
  'wrapped SHA-1': `pbkdf2_wrapped$1$${SALT}$${HASH}$sha1$x`,
  'wrapped PBKDF2': `pbkdf2_wrapped$1$${SALT}$${HASH}$pbkdf2_sha256$99999$x`,
  'wrapped PBKDF2-SHA1': `pbkdf2_wrapped$1$${SALT}$${HASH}$pbkdf2_sha1$1$x`,
}

const BAD = {
  nothing: '',
  'a name alone': 'md5',
  'PBKDF2 of eight digits': `pbkdf2_sha256$10000000$${SALT}$${HASH}`,
  'PBKDF2 of a zero in front': `pbkdf2_sha256$01$${SALT}$${HASH}`,
  'PBKDF2 of 2,000,001': `pbkdf2_sha256$2000001$${SALT}$${HASH}`,
  'PBKDF2 without a hash': `pbkdf2_sha256$1$${SALT}$`,
  'PBKDF2 of one part more': `pbkdf2_sha256$1$${SALT}$${HASH}$`,
  'a chain of 20 times 100,000 and one': `pbkdf2_sha256_chain$21x95239$${SALT}$${HASH}`,
  'a chain link of 100,001': `pbkdf2_sha256_chain$1x100001$${SALT}$${HASH}`,
  'a chain without links': `pbkdf2_sha256_chain$0x1000$${SALT}$${HASH}`,
  'a chain of no work': `pbkdf2_sha256_chain$1x0$${SALT}$${HASH}`,
  'a chain without a salt': `pbkdf2_sha256_chain$1x1$$${HASH}`,
  'a chain of one part more': `pbkdf2_sha256_chain$1x1$${SALT}$${HASH}$`,
  'scrypt of N 1': `scrypt$1$${SALT}$1$1$${HASH}`,
  'scrypt of N 3': `scrypt$3$${SALT}$1$1$${HASH}`,
  'scrypt of N 6': `scrypt$6$${SALT}$1$1$${HASH}`,
  'scrypt of twice what Workers bear, by N': `scrypt$262144$${SALT}$8$1$${HASH}`,
  'scrypt of more than Workers bear, by r': `scrypt$131072$${SALT}$9$1$${HASH}`,
  'scrypt of twice what Workers bear, by p': `scrypt$131072$${SALT}$8$2$${HASH}`,
  'scrypt of no block': `scrypt$2$${SALT}$0$1$${HASH}`,
  'scrypt of no lane': `scrypt$2$${SALT}$1$0$${HASH}`,
  'scrypt without a salt': `scrypt$2$$1$1$${HASH}`,
  'scrypt without a hash': `scrypt$2$${SALT}$1$1$`,
  'argon2 of more memory than fits': argon2('m=102401,t=1,p=1'),
  'argon2 of more work than is borne': argon2('m=81921,t=5,p=1'),
  'argon2 of seven bytes of salt': argon2('m=8,t=1,p=1', 'c29tZXNhbA'),
  'argon2 of three bytes of hash': argon2('m=8,t=1,p=1', EIGHT_BYTES, HASH),
  'argon2 without lanes': argon2('m=8,t=1,p=0'),
  'argon2 without passes': argon2('m=8,t=0,p=1'),
  'argon2 of too little memory': argon2('m=7,t=1,p=1'),
  'argon2 of too little memory a lane': argon2('m=15,t=1,p=2'),
  'argon2 of another variety': `argon2$argon2x$v=19$m=8,t=1,p=1$${EIGHT_BYTES}$${FOUR_BYTES}`,
  'argon2 of version 17': `argon2$argon2id$v=17$m=8,t=1,p=1$${EIGHT_BYTES}$${FOUR_BYTES}`,
  'argon2 whose salt is no base64': argon2('m=8,t=1,p=1', `${EIGHT_BYTES}AA`),
  'argon2 whose hash is no base64': argon2('m=8,t=1,p=1', EIGHT_BYTES, 'AAAAAAA'.slice(0, 5)),
  'bcrypt of 3': `bcrypt$$2b$03$${BCRYPT_SALT}${BCRYPT_HASH}`,
  'bcrypt of 15': `bcrypt$$2b$15$${BCRYPT_SALT}${BCRYPT_HASH}`,
  'bcrypt with the fault of 2x': `bcrypt$$2x$04$${BCRYPT_SALT}${BCRYPT_HASH}`,
  'bcrypt that is too long': `bcrypt$$2b$04$${BCRYPT_SALT}${BCRYPT_HASH}A`,
  'bcrypt that is too short': `bcrypt$$2b$04$${BCRYPT_SALT}${BCRYPT_HASH.slice(1)}`,
  'MD5 that is too long': `md5$x$${MD5}0`,
  'MD5 in capitals': `md5$x$${MD5.toUpperCase()}`,
  'MD5 without a salt': `md5$$${MD5}`,
  'wrapped in 100,001': `pbkdf2_wrapped$100001$${SALT}$${HASH}$md5$x`,
  'wrapped in nothing': `pbkdf2_wrapped$0$${SALT}$${HASH}$md5$x`,
  'wrapped without a salt': `pbkdf2_wrapped$1$$${HASH}$md5$x`,
  'wrapped PBKDF2 of 100,000': `pbkdf2_wrapped$1$${SALT}$${HASH}$pbkdf2_sha256$100000$x`,
  'wrapped PBKDF2 without a salt': `pbkdf2_wrapped$1$${SALT}$${HASH}$pbkdf2_sha256$1$`,
  'wrapped SHA-2': `pbkdf2_wrapped$1$${SALT}$${HASH}$sha256$x`,
  'something before the name': ` pbkdf2_sha256$1$${SALT}$${HASH}`,
}

test.each(Object.entries(GOOD))('%s can be verified', (_, encoded) => {
  expect(isPasswordVerifiable(encoded)).toBe(true)
})

test.each(Object.entries(BAD))('%s cannot', (_, encoded) => {
  expect(isPasswordVerifiable(encoded)).toBe(false)
})

const DEPS = {
  settings: { PASSWORD_PBKDF2_CALLS: 1, PASSWORD_PBKDF2_ITERATIONS: 1 },
  elapsedMs: () => 0,
}

test('argon2 that says no version is of the first', async () => {
  // Of the test vectors of the reference implementation.
  const encoded =
    'argon2$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY'
  const outcome = await verifyPassword(DEPS, 'password', encoded)
  expect(outcome).toEqual({ kind: 'correct', needsRehash: true })
})

describe('a weak hash', () => {
  test.each([
    [`md5$x$${MD5}`, true],
    [`md5$$${MD5}`, true],
    [MD5, true],
    [`${MD5}0`, false],
    [`0${MD5}`, false],
    [`md5$x$${MD5}01234567`, false],
    [`sha1$x$${MD5}01234567`, true],
    [`sha1$x$${MD5}`, false],
    [`sha1$x$${MD5}0`, false],
    [`sha1$x$x$${MD5}01234567`, false],
    [`pbkdf2_sha256$99999$${SALT}$${HASH}`, true],
    [`pbkdf2_sha1$1$${SALT}$${HASH}`, true],
    [`pbkdf2_sha256$100000$${SALT}$${HASH}`, false],
    [`pbkdf2_sha512$1$${SALT}$${HASH}`, false],
    [`pbkdf2_sha256$1$${SALT}$${HASH}$${HASH}`, false],
    [`pbkdf2_sha256$1$${SALT}$`, false],
    [`pbkdf2_sha256$1$${SALT}$_`, false],
    [` pbkdf2_sha256$1$${SALT}$${HASH}`, false],
  ])('%s: %s', (encoded, isWeak) => {
    expect(isWeakHash(encoded)).toBe(isWeak)
  })

  test.each([
    [42, 'string'],
    [43, 'undefined'],
  ])('of a salt of %i is wrapped into 128 characters: %s', async (length, type) => {
    const wrapped = await wrapHash(`md5$${'s'.repeat(length)}$${MD5}`, SALT, 1_000)
    expect(typeof wrapped).toBe(type)
    if (wrapped !== undefined) expect(wrapped).toHaveLength(128)
  })
})

test('a hash that is not weak is not wrapped', async () => {
  expect(await wrapHash(`pbkdf2_sha256$100000$${SALT}$${HASH}`, SALT, 1_000)).toBeUndefined()
})

test('what is random is of all letters and digits, each from four bytes of its own', () => {
  const asked: number[] = []
  const countingFrom = (first: number) => (n: number) => {
    asked.push(n)
    const words = Uint32Array.from({ length: n / 4 }, (_, index) => first + index)
    const bytes = new DataView(new ArrayBuffer(n))
    for (const [index, word] of words.entries()) bytes.setUint32(4 * index, word)
    return new Uint8Array(bytes.buffer)
  }
  const all = [0, 40, 62].map((first) => makeUnusablePassword(countingFrom(first)).slice(1))
  expect(asked).toEqual([160, 160, 160])
  expect(new Set(all.join('')).size).toBe(62)
  expect(all[2]).toBe(all[0])
})
