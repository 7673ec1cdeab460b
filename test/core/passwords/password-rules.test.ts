import { describe, expect, test } from 'vitest'
import { isCommonPassword } from '../../../src/core/passwords/common-passwords.ts'
import { passwordFaults } from '../../../src/core/passwords/password-rules.ts'
import {
  DEFAULT_PASSWORD_VALIDATORS,
  parsePasswordValidators,
} from '../../../src/settings/password-validators.ts'
import { faultMessage } from '../../../src/surfaces/rest-auth/sentences.ts'
import { inEnglish } from '../../support/english.ts'
import vectors from '../../vectors/password-rules.json' with { type: 'json' }

const { cases } = vectors

type Case = {
  readonly validators: unknown
  readonly password: string
  readonly user: Readonly<Record<string, string | undefined>>
  readonly errors: readonly string[]
}

test.each<Case>(cases)('Django says of $password for $user: $errors', async (recorded) => {
  const { username, email, first_name: firstName, last_name: lastName } = recorded.user
  const validators =
    recorded.validators === 'default'
      ? DEFAULT_PASSWORD_VALIDATORS
      : parsePasswordValidators(recorded.validators)
  const owner = { username, email, firstName, lastName }
  const faults = await passwordFaults(recorded.password, owner, validators)
  const sentences = faults.map((fault) => inEnglish(faultMessage({ field: undefined, ...fault })))
  expect(sentences).toEqual(recorded.errors)
})

test.each([
  ['!', true],
  ['!@#$%^', true],
  ['zzzzzzzz', true],
  ['zzzzzzzzzz', true],
  ['zzzzzzzzz', false],
  ['', false],
])('of the list, %j from its ends: %s', async (word, isCommon) => {
  expect(await isCommonPassword(word)).toBe(isCommon)
})

describe('AUTH_PASSWORD_VALIDATORS', () => {
  const NAME = 'django.contrib.auth.password_validation.MinimumLengthValidator'

  test.each([
    ['not a list', 'all', 'must be a list'],
    ['an entry without a name', [{ OPTIONS: {} }], 'must be a list'],
    ['an unknown validator', [{ NAME: 'app.Entropy' }], 'unknown validator app.Entropy'],
    ['an inherited name', [{ NAME: NAME.replace(/\w+$/, 'toString') }], 'unknown validator'],
    ['an unknown key', [{ NAME, options: {} }], 'unknown key options'],
    ['options that are a list', [{ NAME, OPTIONS: [8] }], 'an object as OPTIONS'],
    ['an unknown option', [{ NAME, OPTIONS: { length: 8 } }], 'unknown option length'],
    ['a length that is text', [{ NAME, OPTIONS: { min_length: '8' } }], 'as min_length'],
    [
      'a list of its own',
      [
        {
          NAME: NAME.replace('MinimumLength', 'CommonPassword'),
          OPTIONS: { password_list_path: 'x' },
        },
      ],
      'unknown option password_list_path',
    ],
    [
      'a similarity under 0.1, as Django does',
      [
        {
          NAME: NAME.replace('MinimumLength', 'UserAttributeSimilarity'),
          OPTIONS: { max_similarity: 0.05 },
        },
      ],
      'at least 0.1 as max_similarity',
    ],
    [
      'an attribute that is not compared',
      [
        {
          NAME: NAME.replace('MinimumLength', 'UserAttributeSimilarity'),
          OPTIONS: { user_attributes: ['username', 'phone'] },
        },
      ],
      'unknown attribute phone',
    ],
  ])('refuses %s', (_, raw, message) => {
    expect(() => parsePasswordValidators(raw)).toThrow(message)
  })

  test('is the list of a new Django project by default', () => {
    expect(DEFAULT_PASSWORD_VALIDATORS).toEqual([
      {
        kind: 'user_attribute_similarity',
        userAttributes: ['username', 'first_name', 'last_name', 'email'],
        maxSimilarity: 0.7,
      },
      { kind: 'minimum_length', minLength: 8 },
      { kind: 'common_password' },
      { kind: 'numeric_password' },
    ])
  })
})
