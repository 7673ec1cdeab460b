import type { PasswordValidator, UserAttribute } from '../../settings/password-validators.ts'
import { stripLikePython } from '../../strip.ts'

/** What is known of the user whose password is checked. */
export type PasswordOwner = {
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/**
 * What is wrong with a new password, one message per failed validator, in their order; empty when it is good
 * (Django: `validate_password`).
 */
export async function passwordErrors(
  password: string,
  user: PasswordOwner,
  validators: readonly PasswordValidator[],
): Promise<string[]> {
  const errors: string[] = []
  for (const validator of validators) {
    const error = await passwordError(password, user, validator)
    if (error !== undefined) errors.push(error)
  }
  return errors
}

async function passwordError(
  password: string,
  user: PasswordOwner,
  validator: PasswordValidator,
): Promise<string | undefined> {
  switch (validator.kind) {
    case 'user_attribute_similarity':
      return similarityError(password, user, validator)
    case 'minimum_length':
      return lengthError(password, validator.minLength)
    case 'common_password':
      return (await isCommon(password)) ? 'This password is too common.' : undefined
    case 'numeric_password':
      return NUMERIC.test(password) ? 'This password is entirely numeric.' : undefined
  }
}

/** Django: `MinimumLengthValidator`; counts code points, as Python does. */
function lengthError(password: string, minLength: number): string | undefined {
  if (codePoints(password).length >= minLength) return undefined
  const characters = minLength === 1 ? 'character' : 'characters'
  return `This password is too short. It must contain at least ${minLength} ${characters}.`
}

/**
 * Python's `str.isdigit`: every character has the numeric type Decimal or Digit (superscripts and circled digits
 * too), and there is one.
 */
const NUMERIC =
  /^[\p{Nd}²³¹\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]+$/u

/** Django: `CommonPasswordValidator`, with its list. */
async function isCommon(password: string): Promise<boolean> {
  const { isCommonPassword } = await import('./common-passwords.chunk.ts')
  return isCommonPassword(stripLikePython(password.toLowerCase()))
}

/** Python's `\W+`: marks do not belong to words there. */
const NON_WORD = /[^\p{L}\p{N}_]+/u

/** Django: `UserAttributeSimilarityValidator`; the first attribute that is too similar is named. */
function similarityError(
  password: string,
  user: PasswordOwner,
  { userAttributes, maxSimilarity }: SimilarityValidator,
): string | undefined {
  const passwordLetters = codePoints(password.toLowerCase())
  for (const attribute of userAttributes) {
    const { verboseName, read } = ATTRIBUTES[attribute]
    const value = read(user)?.toLowerCase() ?? ''
    if (value === '') continue
    const parts = [...value.split(NON_WORD), value]
    if (parts.some((part) => isTooSimilar(passwordLetters, codePoints(part), maxSimilarity))) {
      return `The password is too similar to the ${verboseName}.`
    }
  }
  return undefined
}

type SimilarityValidator = Extract<PasswordValidator, { kind: 'user_attribute_similarity' }>

/** Django's verbose names of the columns. */
const ATTRIBUTES = {
  username: { verboseName: 'username', read: (user) => user.username },
  first_name: { verboseName: 'first name', read: (user) => user.firstName },
  last_name: { verboseName: 'last name', read: (user) => user.lastName },
  email: { verboseName: 'email address', read: (user) => user.email },
} satisfies Record<
  UserAttribute,
  { verboseName: string; read: (user: PasswordOwner) => string | undefined }
>

function isTooSimilar(
  password: readonly string[],
  part: readonly string[],
  maxSimilarity: number,
): boolean {
  // Django's `exceeds_maximum_length_ratio`: too short beside the password to be compared at all.
  const bound = (maxSimilarity / 2) * password.length
  if (password.length >= 10 * part.length && part.length < bound) return false
  return quickRatio(password, part) >= maxSimilarity
}

/** Python's `difflib.SequenceMatcher.quick_ratio`: letters in common, counted as multisets, over all letters. */
function quickRatio(a: readonly string[], b: readonly string[]): number {
  const total = a.length + b.length
  if (total === 0) return 1
  const available = new Map<string, number>()
  for (const letter of b) available.set(letter, (available.get(letter) ?? 0) + 1)
  let matches = 0
  for (const letter of a) {
    const left = available.get(letter) ?? 0
    if (left > 0) matches += 1
    available.set(letter, left - 1)
  }
  return (2 * matches) / total
}

function codePoints(text: string): readonly string[] {
  return Array.from(text)
}
