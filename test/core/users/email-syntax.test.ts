import { expect, test } from 'vitest'
import { isEmail } from '../../../src/core/users/email-syntax.ts'
import vectors from '../../vectors/emails.json' with { type: 'json' }

test('takes and refuses what Django’s EmailValidator does', () => {
  const ours = vectors.map(({ text }) => ({ text, valid: isEmail(text) }))
  expect(ours).toEqual(vectors)
})
