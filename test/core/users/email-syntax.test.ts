import { expect, test } from 'vitest'
import { isEmail } from '../../../src/core/users/email-syntax.ts'
import vectors from '../../vectors/emails.json' with { type: 'json' }

/**
 * Valid until Django 5.1, no address since 5.2: its `EmailValidator` takes the domains of `DomainNameValidator`, whose
 * top level has letters alone, whose labels begin and end with none but letters and digits, and whose dots are ASCII.
 */
const NO_ADDRESS_SINCE_5_2 = new Set([
  'a@b.123',
  'a@b.c1',
  'a@b.1c',
  'a@b。de',
  'a@b.-de',
  'x.y!@é-.de',
])

test('takes and refuses what Django’s EmailValidator does', () => {
  const ours = vectors.map(({ text }) => ({ text, valid: isEmail(text) }))
  const theirs = vectors.map(({ text, valid }) => ({
    text,
    valid: valid && !NO_ADDRESS_SINCE_5_2.has(text),
  }))
  expect(ours).toEqual(theirs)
})

test.each([
  ['a@c\u00addd.com', true],
  ['a@\u2603.com', true],
  // Django takes them; no mail server can be asked for them.
  ['a@\u00ad.com', false],
  ['a@b\u200e.com', false],
  ['a@b\uff0f.com', false],
])('%j, of a character that is none of a name, is an address: %j', (text, isValid) => {
  expect(isEmail(text)).toBe(isValid)
})
