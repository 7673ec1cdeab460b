import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isWeakHash, wrapHash } from '../../../src/core/passwords/hashers/wrapped.ts'
import { isPasswordVerifiable, verifyPassword } from '../../../src/core/passwords/passwords.ts'
import vectors from '../../vectors/passwords.json' with { type: 'json' }

const { verified } = vectors

const DEPS = {
  settings: { PASSWORD_PBKDF2_CALLS: 1, PASSWORD_PBKDF2_ITERATIONS: 1000 },
  elapsedMs: () => 0,
}
const PASSWORD = 'correct horse battery'

function digest(algorithm: 'md5' | 'sha1', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}

const MADE_HERE = [
  `sha1$salt$${digest('sha1', `salt${PASSWORD}`)}`,
  `sha1$$${digest('sha1', PASSWORD)}`,
  `md5$$${digest('md5', PASSWORD)}`,
  digest('md5', PASSWORD),
].map((encoded) => ({ password: PASSWORD, encoded }))

const weak = [...verified.filter(({ encoded }) => isWeakHash(encoded)), ...MADE_HERE]

test('md5, sha1 and PBKDF2 of few iterations are weak, the rest is not', () => {
  const kinds = new Set(weak.map(({ encoded }) => /^(?:\w+(?=\$))?/.exec(encoded)?.[0] ?? ''))
  expect([...kinds].sort()).toEqual(['', 'md5', 'pbkdf2_sha1', 'pbkdf2_sha256', 'sha1'])
  for (const encoded of [
    'pbkdf2_sha256$100000$salt$YWJj',
    'pbkdf2_sha256_chain$6x100000$salt$YWJj',
    'argon2$argon2id$v=19$m=64,t=2,p=1$YWJj$YWJj',
    'md5$salt$0123',
    `sha1$salt$${'0'.repeat(32)}`,
    '!',
    '',
  ]) {
    expect(isWeakHash(encoded), encoded).toBe(false)
  }
})

describe.each(weak)('$encoded, wrapped', ({ password, encoded }) => {
  test('is verified by the password, without the weak hash being kept', async () => {
    const wrapped = await wrapHash(encoded, 'outer-salt', 1000)
    if (wrapped === undefined) throw new Error('is weak')
    expect(isPasswordVerifiable(wrapped)).toBe(true)
    expect(wrapped.length).toBeLessThanOrEqual(128)
    expect(wrapped).not.toContain(encoded.split('$').at(-1))
    expect(await verifyPassword(DEPS, password, wrapped)).toEqual({
      kind: 'correct',
      needsRehash: true,
    })
    expect(await verifyPassword(DEPS, `${password}!`, wrapped)).toEqual({ kind: 'wrong' })
    // The digest itself, stolen from an old copy of the database, is no password.
    const stolen = encoded.split('$').at(-1) ?? ''
    expect(await verifyPassword(DEPS, stolen, wrapped)).toEqual({ kind: 'wrong' })
  })
})

test('what would not fit into the column of Django is left as it is', async () => {
  const encoded = `md5$${'s'.repeat(80)}$${'0'.repeat(32)}`
  expect(await wrapHash(encoded, '0123456789abcde', 100_000)).toBeUndefined()
})

test.each([
  'pbkdf2_wrapped$100001$salt$YWJj$md5$salt',
  'pbkdf2_wrapped$1000$salt$YWJj$md5',
  'pbkdf2_wrapped$1000$salt$YWJj$pbkdf2_sha256$1000000$salt',
  'pbkdf2_wrapped$1000$salt$YWJj$scrypt$1$salt',
  'pbkdf2_wrapped$0$salt$YWJj$md5$salt',
])('%s is no hash', (encoded) => {
  expect(isPasswordVerifiable(encoded)).toBe(false)
})
