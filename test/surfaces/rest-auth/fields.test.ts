import { describe, expect, test } from 'vitest'
import {
  charField,
  emailField,
  jsonField,
  passwordField,
  readFields,
  type Field,
} from '../../../src/surfaces/rest-auth/fields.ts'
import { message } from '../../../src/i18n/message.ts'
import { JsonNumber, type JsonValue } from '../../../src/web/json.ts'
import { inEnglish } from '../../support/english.ts'

/** What reading gives, its messages said. */
function readInEnglish(...input: Parameters<typeof readFields>): unknown {
  return inEnglish(readFields(...input))
}

const json = (value: JsonValue | undefined) => ({
  isForm: false,
  values: value === undefined ? {} : { f: value },
})
const form = (value: string | undefined) => ({
  isForm: true,
  values: value === undefined ? {} : { f: value },
})

const value = (text: string | null) => ({ values: { f: text }, errors: {} })
const errors = (...messages: readonly string[]) => ({ values: {}, errors: { f: messages } })
const NOTHING = { values: {}, errors: {} }

const REQUIRED = 'This field is required.'
const NULL = 'This field may not be null.'
const BLANK = 'This field may not be blank.'

describe('a text field', () => {
  test.each<[JsonValue, string]>([
    ['text', 'text'],
    ['  text \t\n', 'text'],
    [new JsonNumber(true, '7'), '7'],
    [new JsonNumber(false, '1.0'), '1.0'],
    [new JsonNumber(true, '123456789012345678901234567890'), '123456789012345678901234567890'],
  ])('reads %j', (raw, text) => {
    expect(readInEnglish({ f: charField() }, json(raw))).toEqual(value(text))
  })

  test.each<[JsonValue | undefined, string]>([
    [undefined, REQUIRED],
    [null, NULL],
    ['', BLANK],
    [' \u00a0\u3000', BLANK],
    [true, 'Not a valid string.'],
    [false, 'Not a valid string.'],
    [[], 'Not a valid string.'],
    [{}, 'Not a valid string.'],
    ['a\0b', 'Null characters are not allowed.'],
    ['a\ud800', 'Surrogate characters are not allowed: U+D800.'],
    ['\udfffa', 'Surrogate characters are not allowed: U+DFFF.'],
  ])('refuses %j', (raw, said) => {
    expect(readInEnglish({ f: charField() }, json(raw))).toEqual(errors(said))
  })

  test('counts code points', () => {
    const field = charField({ maxLength: 3, minLength: 2 })
    expect(readInEnglish({ f: field }, json('😀😀😀'))).toEqual(value('😀😀😀'))
    expect(readInEnglish({ f: field }, json('😀😀😀😀'))).toEqual(
      errors('Ensure this field has no more than 3 characters.'),
    )
    expect(readInEnglish({ f: field }, json('😀'))).toEqual(
      errors('Ensure this field has at least 2 characters.'),
    )
  })

  test('asks its own validators first, and tells all', () => {
    const field = charField({
      maxLength: 1,
      validators: [() => message('value_invalid'), () => undefined],
    })
    expect(readInEnglish({ f: field }, json('a\0'))).toEqual(
      errors(
        'Invalid value',
        'Ensure this field has no more than 1 characters.',
        'Null characters are not allowed.',
      ),
    )
  })

  test('does not read names of every object', () => {
    expect(readInEnglish({ constructor: charField() }, json('x'))).toEqual({
      values: {},
      errors: { constructor: [REQUIRED] },
    })
  })
})

describe('what is missing', () => {
  const optional = charField({ required: false })

  test('is no error where it is not required', () => {
    expect(readInEnglish({ f: optional }, json(undefined))).toEqual(NOTHING)
    expect(readInEnglish({ f: charField() }, json(undefined), 'partial')).toEqual(NOTHING)
  })

  test('a blank in JSON is still a blank', () => {
    expect(readInEnglish({ f: optional }, json(''))).toEqual(errors(BLANK))
  })

  test.each<[string, Partial<Field>, unknown]>([
    ['required', {}, errors(BLANK)],
    ['optional', { required: false }, NOTHING],
    ['blank', { required: false, allowBlank: true }, value('')],
    ['null', { required: false, allowNull: true }, value(null)],
    ['null and blank', { required: false, allowNull: true, allowBlank: true }, value('')],
  ])('a blank in a form, where the field may be %s', (_, options, expected) => {
    expect(readInEnglish({ f: charField(options) }, form(''))).toEqual(expected)
  })

  test('null is a value where it is allowed', () => {
    expect(readInEnglish({ f: charField({ allowNull: true }) }, json(null))).toEqual(value(null))
  })
})

describe('an e-mail field', () => {
  test('reads addresses as they are written', () => {
    expect(readInEnglish({ f: emailField() }, json(' A@b.co '))).toEqual(value('A@b.co'))
  })

  test.each<JsonValue>(['a', [], true, new JsonNumber(true, '7')])('refuses %j', (raw) => {
    expect(readInEnglish({ f: emailField() }, json(raw))).toEqual(
      errors('Enter a valid email address.'),
    )
  })
})

describe('a password field', () => {
  test('may keep its blanks', () => {
    expect(readInEnglish({ f: passwordField({ trim: false }) }, json('  '))).toEqual(value('  '))
    expect(readInEnglish({ f: passwordField({ trim: false }) }, json(' x '))).toEqual(value(' x '))
    expect(readInEnglish({ f: passwordField() }, json(' x '))).toEqual(value('x'))
  })
})

test('fields that cannot be written are not read', () => {
  expect(readInEnglish({ f: charField({ readOnly: true }) }, json('x'))).toEqual(NOTHING)
})

test('good values and bad ones come together', () => {
  const fields = { a: charField(), b: charField(), c: charField() }
  expect(readInEnglish(fields, { isForm: false, values: { a: 'x', b: null, d: 'y' } })).toEqual({
    values: { a: 'x' },
    errors: { b: [NULL], c: [REQUIRED] },
  })
})

describe('a JSON field', () => {
  const INVALID = 'Value must be valid JSON.'

  test.each<[JsonValue]>([[{}], [[]], ['x'], [false]])('takes %j of JSON as it is', (raw) => {
    expect(readInEnglish({ f: jsonField() }, json(raw))).toEqual({ values: { f: raw }, errors: {} })
  })

  test.each<[string, JsonValue]>([
    ['null', null],
    ['"x"', 'x'],
    [' {} ', {}],
  ])('reads the text %j of a form', (raw, read) => {
    expect(readInEnglish({ f: jsonField() }, form(raw))).toEqual({
      values: { f: read },
      errors: {},
    })
  })

  test.each(['', 'x', '[1', 'NaN'])('refuses the text %j of a form', (raw) => {
    expect(readInEnglish({ f: jsonField() }, form(raw))).toEqual(errors(INVALID))
  })

  test('refuses a file, whose name is no JSON', () => {
    const body = { isForm: true, values: { f: {} } }
    expect(readInEnglish({ f: jsonField() }, body)).toEqual(errors(INVALID))
    expect(readInEnglish({ f: jsonField({ isOurs: true, required: false }) }, body)).toEqual(
      NOTHING,
    )
  })
})
