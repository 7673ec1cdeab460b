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
