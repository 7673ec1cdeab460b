import { expect, test } from 'vitest'
import { unwrapEC2Signature } from '../../../src/core/second-factor/webauthn/ecdsa-signature.ts'

/** DER of two integers (X.690 §8.3), as authenticators write signatures (RFC 3279 §2.2.3). */

const bytes = (...parts: readonly (number | readonly number[])[]) => Uint8Array.from(parts.flat())
const repeated = (byte: number, count: number) => Array.from({ length: count }, () => byte)
const integer = (...content: readonly number[]) => [0x02, content.length, ...content]
const sequence = (...content: readonly number[]) => bytes(0x30, content.length, content)

/** r and s side by side, each with zeros before it. */
const joined = (r: readonly number[], s: readonly number[], size: number) =>
  bytes(repeated(0, size - r.length), r, repeated(0, size - s.length), s)

test.each<[string, readonly number[], readonly number[], number, number]>([
  ['short ones', [1], [2, 3], 1, 32],
  ['whole ones', repeated(0x11, 32), repeated(0x7f, 32), 1, 32],
  ['a high byte behind the first', [0x11, 0x90], [0x7f, 0xff], 1, 32],
  ['P-384', repeated(0x11, 48), [0x7f], 2, 48],
])('reads %s', (_, r, s, curve, size) => {
  const signature = sequence(...integer(...r), ...integer(...s))
  expect(unwrapEC2Signature(signature, curve)).toEqual(joined(r, s, size))
})

test('drops the zero before a high bit, and only that', () => {
  const high = [0x80, 1]
  const signature = sequence(...integer(0, ...high), ...integer(0, 0xff))
  expect(unwrapEC2Signature(signature, 1)).toEqual(joined(high, [0xff], 32))
  const whole = repeated(0xff, 32)
  const wholes = sequence(...integer(0, ...whole), ...integer(0, ...whole))
  expect(unwrapEC2Signature(wholes, 1)).toEqual(joined(whole, whole, 32))
})

test('reads the long form of a length', () => {
  const whole = repeated(0x11, 66)
  const content = [...integer(...whole), ...integer(...whole)]
  const signature = bytes(0x30, 0x81, content.length, content)
  expect(content.length).toBeGreaterThanOrEqual(0x80)
  expect(unwrapEC2Signature(signature, 3)).toEqual(joined(whole, whole, 66))
  expect(() => unwrapEC2Signature(bytes(0x30, content.length, content), 3)).toThrow('no DER')
})

test('takes 128 for the least long one', () => {
  const half = repeated(0x11, 62)
  const content = [...integer(...half), ...integer(...half)]
  expect(content).toHaveLength(0x80)
  expect(unwrapEC2Signature(bytes(0x30, 0x81, 0x80, content), 3)).toEqual(joined(half, half, 66))
  expect(() => unwrapEC2Signature(bytes(0x30, 0x80, content), 3)).toThrow('no DER')
})

const ONE = integer(1)

test.each<[string, Uint8Array, string]>([
  ['nothing', bytes(), 'no DER'],
  ['a set', bytes(0x31, 6, ONE, ONE), 'no DER'],
  ['a first that is no integer', sequence(0x03, 1, 1, ...ONE), 'no DER'],
  ['a second that is no integer', sequence(...ONE, 0x04, 1, 1), 'no DER'],
  ['one integer', sequence(...ONE), 'no DER'],
  ['a length beyond the end', bytes(0x30, 7, ONE, ONE), 'no DER'],
  ['an integer longer than its sequence', sequence(...ONE, 0x02, 2, 1), 'no DER'],
  ['a long form where the short one would do', bytes(0x30, 0x81, 6, ONE, ONE), 'no DER'],
  ['a long form of 127', bytes(0x30, 0x81, 0x7f, repeated(0, 0x7f)), 'no DER'],
  ['a length in two bytes', bytes(0x30, 0x82, 0, 6, ONE, ONE), 'no DER'],
  ['no length', bytes(0x30), 'no DER'],
  ['a third integer', sequence(...ONE, ...ONE, ...ONE), 'something behind'],
  ['a byte behind the sequence', bytes(0x30, 6, ONE, ONE, 0), 'something behind'],
  ['a negative integer', sequence(...integer(0x80), ...ONE), 'no positive integer'],
  ['a negative second', sequence(...ONE, ...integer(0xff, 1)), 'no positive integer'],
  ['zero', sequence(...integer(0), ...ONE), 'no positive integer'],
  ['a zero too many', sequence(...integer(0, 0x7f), ...ONE), 'no positive integer'],
  ['an empty integer', sequence(0x02, 0, ...ONE), 'no positive integer'],
  [
    'more than the curve has',
    sequence(...integer(...repeated(1, 33)), ...ONE),
    'no positive integer',
  ],
  [
    'a padded one that is too long',
    sequence(...integer(0, ...repeated(0xff, 33)), ...ONE),
    'no positive integer',
  ],
])('refuses %s', (_, signature, why) => {
  expect(() => unwrapEC2Signature(signature, 1)).toThrow(why)
})

test.each([0, 4, 6])('knows no curve %i', (curve) => {
  expect(() => unwrapEC2Signature(sequence(...ONE, ...ONE), curve)).toThrow(
    `unknown curve ${curve}`,
  )
})
