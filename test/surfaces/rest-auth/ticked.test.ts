import { expect, test } from 'vitest'
import { readFields } from '../../../src/surfaces/rest-auth/fields.ts'
import { isTicked, tickField } from '../../../src/surfaces/rest-auth/ticked.ts'
import { JsonNumber, type JsonValue } from '../../../src/web/json.ts'

const one = new JsonNumber(true, '1')
const zero = new JsonNumber(true, '0')

function read(raw: JsonValue | undefined, isForm: boolean): boolean {
  const values = raw === undefined ? {} : { f: raw }
  const fields = readFields({ f: tickField() }, { isForm, values })
  expect(fields.errors).toEqual({})
  return isTicked(fields.values['f'])
}

/** What DRF's `BooleanField` takes for true, and what Python's 1 is equal to. */
const YES = ['t', 'T', 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON', '1']
const NO = [
  'f',
  'F',
  'n',
  'N',
  'no',
  'NO',
  'false',
  'FALSE',
  'off',
  'Off',
  '0',
  '',
  'x',
  '2',
  'null',
]

test.each(YES)('%j says yes, in a form and in JSON', (word) => {
  expect([read(word, true), read(word, false)]).toEqual([true, true])
})

test.each(NO)('%j says no', (word) => {
  expect([read(word, true), read(word, false)]).toEqual([false, false])
})

test.each<[JsonValue | undefined, boolean]>([
  [true, true],
  [one, true],
  [new JsonNumber(false, '1.0'), true],
  [false, false],
  [zero, false],
  [null, false],
  [undefined, false],
  [[], false],
  [[true], false],
  [{}, false],
])('JSON %j: %j', (raw, isYes) => {
  expect(read(raw, false)).toBe(isYes)
})

test('a file in its place says no', () => {
  expect(read({ isFile: true }, true)).toBe(false)
})
