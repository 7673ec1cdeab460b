/**
 * Django's `AUTH_PASSWORD_VALIDATORS`, with their exact verdicts: a password that Django accepts must be accepted
 * here.
 */
import type { PasswordValidator } from '../../settings/password-validators.ts'
import type { UserAttribute } from '../../settings/user-attributes.ts'
import { stripLikePython } from '../../strip.ts'
import { loadPasswordChecks } from './load-password-checks.ts'

/** What is known of the user whose password is checked. */
export type PasswordOwner = {
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/** Why a password will not do, by Django's codes. */
export type PasswordFault =
  | { readonly code: 'password_too_common' }
  | { readonly code: 'password_entirely_numeric' }
  | { readonly code: 'password_too_short'; readonly params: { readonly min: number } }
  | {
      readonly code: 'password_too_similar'
      readonly params: { readonly attribute: UserAttribute }
    }

/**
 * What is wrong with a new password, one fault per failed validator, in their order; empty when it is valid
 * (Django: `validate_password`).
 */
export async function passwordFaults(
  password: string,
  user: PasswordOwner,
  validators: readonly PasswordValidator[],
): Promise<readonly PasswordFault[]> {
  const faults: PasswordFault[] = []
  for (const validator of validators) {
    const fault = await passwordFault(password, user, validator)
    if (fault !== undefined) faults.push(fault)
  }
  return faults
}

/** One validator's verdict. */
async function passwordFault(
  password: string,
  user: PasswordOwner,
  validator: PasswordValidator,
): Promise<PasswordFault | undefined> {
  switch (validator.kind) {
    case 'user_attribute_similarity':
      return similarityFault(password, user, validator)
    case 'minimum_length': {
      // Code points, as Python counts them.
      const isShort = codePoints(password).length < validator.minLength
      return isShort
        ? { code: 'password_too_short', params: { min: validator.minLength } }
        : undefined
    }
    case 'common_password':
      return (await isCommon(password)) ? { code: 'password_too_common' } : undefined
    case 'numeric_password':
      return NUMERIC.test(password) ? { code: 'password_entirely_numeric' } : undefined
  }
}

/**
 * Python's `str.isdigit`: every character has the numeric type Decimal or Digit (superscripts and circled digits
 * too), and there is one.
 */
const NUMERIC =
  /^[\p{Nd}²³¹\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]+$/u

/** Django: `CommonPasswordValidator`, with its list. */
async function isCommon(password: string): Promise<boolean> {
  const { isCommonPassword } = await loadPasswordChecks()
  return isCommonPassword(stripLikePython(password.toLowerCase()))
}

/** Python's `\W+`: marks do not belong to words there. */
const NON_WORD = /[^\p{L}\p{N}_]+/u

/** Django: `UserAttributeSimilarityValidator`; the first attribute that is too similar is named. */
function similarityFault(
  password: string,
  user: PasswordOwner,
  { userAttributes, maxSimilarity }: SimilarityValidator,
): PasswordFault | undefined {
  const passwordLetters = codePoints(password.toLowerCase())
  for (const attribute of userAttributes) {
    const value = ATTRIBUTES[attribute](user)?.toLowerCase() ?? ''
    if (value === '') continue
    const parts = [...value.split(NON_WORD), value]
    if (parts.some((part) => isTooSimilar(passwordLetters, codePoints(part), maxSimilarity))) {
      return { code: 'password_too_similar', params: { attribute } }
    }
  }
  return undefined
}

type SimilarityValidator = Extract<PasswordValidator, { kind: 'user_attribute_similarity' }>

const ATTRIBUTES = {
  username: (user) => user.username,
  first_name: (user) => user.firstName,
  last_name: (user) => user.lastName,
  email: (user) => user.email,
} satisfies Record<UserAttribute, (user: PasswordOwner) => string | undefined>

/** Whether password and attribute are alike by Python's `SequenceMatcher.quick_ratio`, which Django uses. */
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
