import { expect, test } from 'vitest'
import { stripLikePython } from '../../src/strip.ts'
import { floatLikePython, lengthLikePython } from '../../src/web/python-text.ts'

test.each([
  ['  a b\t\n', 'a b'],
  ['\x1c\x1d\x1e\x1f\x85a\u00a0\u2003\u3000', 'a'],
  ['\ufeffa\u200b', '\ufeffa\u200b'],
  ['', ''],
  [' ', ''],
])('strips %j as Python does', (text, stripped) => {
  expect(stripLikePython(text)).toBe(stripped)
})

test.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0.1, '0.1'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.25e-7, '1.25e-07'],
  [5e-324, '5e-324'],
  [123456.789, '123456.789'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [Number.NaN, 'nan'],
])('writes %j as Python does', (number, text) => {
  expect(floatLikePython(number)).toBe(text)
})

test('counts code points', () => {
  expect(lengthLikePython('a😀é')).toBe(3)
  expect(lengthLikePython('')).toBe(0)
})
