import { describe, expect, test } from 'vitest'
import {
  allauthRecoveryCodes,
  deriveRecoveryCodes,
  hashRecoveryCode,
  newRecoveryCodes,
  newRecoverySalt,
  recoveryCodeHashes,
  typedRecoveryCode,
} from '../../../src/core/second-factor/recovery-codes.ts'
import { recoveryCodesOf } from '../../conformance/one-time-code.ts'
import { settingsOf } from '../../support/settings.ts'

const SEED = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

test('an imported seed gives the codes that dj-rest-auth derives from it', async () => {
  const codes = await deriveRecoveryCodes(Buffer.from(SEED, 'hex'), 12)
  expect(codes).toEqual(recoveryCodesOf(SEED, 12))
  expect(codes[0]).toBe('d282-9cb6')
})

test.each([
  [
    '5e8d7c6b5a49382716050f1e2d3c4b5a',
    [
      '8866-8234',
      '4777-1144',
      '0953-0903',
      '5529-0370',
      '6344-3348',
      '1671-8538',
      '4551-2780',
      '4014-7582',
      '0862-7267',
      '2949-0419',
      '5521-8179',
      '3489-1117',
    ],
  ],
  ['000000000000000000000000000000c4', ['2141-5252', '0003-8871', '5728-0330']],
])('the seed %s gives the codes that allauth derives from it', async (seed, codes) => {
  expect(await allauthRecoveryCodes(seed, codes.length)).toEqual(codes)
})

test('own codes are random, and each another one', () => {
  const bytes = [1, 1, 2].map((value) => new Uint8Array(4).fill(value))
  const codes = newRecoveryCodes(() => bytes.shift() ?? new Uint8Array(4), 3)
  expect(codes).toEqual(['0101-0101', '0202-0202', '0000-0000'])
})

describe('a typed code', () => {
  const safe = settingsOf({})
  const exact = settingsOf({ DJANGO_COMPATIBILITY: 'exact' })

  test.each([
    ['d282-9cb6', 'd282-9cb6', 'd282-9cb6'],
    [' D282-9CB6 ', 'd282-9cb6', 'd282-9cb6'],
    ['d2829cb6', 'd282-9cb6', undefined],
    ['d282 9cb6', 'd282-9cb6', undefined],
    ['zzzz-zzzz', undefined, undefined],
    ['123456', undefined, undefined],
    ['d282', undefined, undefined],
    ['', undefined, undefined],
  ])('%j is %j, and %j as dj-rest-auth reads it', (typed, lenient, strict) => {
    expect(typedRecoveryCode(safe, typed)).toBe(lenient)
    expect(typedRecoveryCode(exact, typed)).toBe(strict)
  })
})

describe('a stored code', () => {
  const settings = settingsOf({ PASSWORD_PBKDF2_ITERATIONS: '1000' })
  const deps = { settings, randomBytes: () => new Uint8Array(16).fill(7) }

  test('is another one under another secret, salt or code', async () => {
    const salt = newRecoverySalt(deps)
    expect(salt).toBe('1000$BwcHBwcHBwcHBwcHBwcHBw')
    const hashes = await Promise.all([
      hashRecoveryCode('secret', salt, 'd282-9cb6'),
      hashRecoveryCode('other secret', salt, 'd282-9cb6'),
      hashRecoveryCode('secret', `${salt}x`, 'd282-9cb6'),
      hashRecoveryCode('secret', salt.replace('1000', '1001'), 'd282-9cb6'),
      hashRecoveryCode('secret', salt, 'd282-9cb7'),
    ])
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('is found under the secrets that are still honoured', async () => {
    const older = 'an older secret key 0123456789abcdef'
    const rotated = settingsOf({ SECRET_KEY_FALLBACKS: [older] })
    const salt = newRecoverySalt(deps)
    const hashes = await recoveryCodeHashes(rotated, salt, 'd282-9cb6')
    expect(hashes).toHaveLength(2)
    expect(hashes[1]).toBe(await hashRecoveryCode(older, salt, 'd282-9cb6'))
  })
})
