import type { Fault, FaultCode } from '../../core/faults.ts'
import { nested } from './more-body.ts'
import { fieldErrors, type ApiError, type FieldErrors } from '../../web/errors.ts'

type Params = NonNullable<Fault['params']>

/** Django's verbose name of a column. */
function verboseName(column: string): string {
  return column === 'email' ? 'email address' : column.replaceAll('_', ' ')
}

/** What DRF, allauth and Django say of each fault, to the letter. */
const SENTENCES = {
  username_invalid: () =>
    'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
  username_reserved: () => 'Username can not be used. Please use other username.',
  username_taken: () => 'A user with that username already exists.',
  email_invalid: () => 'Enter a valid email address.',
  email_taken: () => 'User is already registered with this e-mail address.',
  email_duplicate: () => 'This email address is already associated with this account.',
  email_too_many: ({ max }) => `You cannot add more than ${max} email addresses.`,
  email_verified: () => 'This email address is already verified.',
  email_unverified: () => 'Your primary email address must be verified.',
  email_primary: ({ email }) => `You cannot remove your primary email address (${email}).`,
  invitation_required: () => 'This field is required.',
  invitation_invalid: () => 'This invitation is not valid for this email address.',
  too_long: ({ max }) => `Ensure this field has no more than ${max} characters.`,
  too_short: ({ min }) => `Ensure this field has at least ${min} characters.`,
  null_character: () => 'Null characters are not allowed.',
  old_password_wrong: () => 'Your old password was entered incorrectly. Please enter it again.',
  password_too_common: () => 'This password is too common.',
  password_entirely_numeric: () => 'This password is entirely numeric.',
  password_too_short: ({ min }) =>
    `This password is too short. It must contain at least ${min} ${min === 1 ? 'character' : 'characters'}.`,
  password_too_similar: ({ attribute = '' }) =>
    `The password is too similar to the ${verboseName(String(attribute))}.`,
  password_breached: () => 'This password has appeared in a data breach.',
  password_mismatch: () => 'The two password fields didn’t match.',
  required: () => 'This field is required.',
  null: () => 'This field may not be null.',
  blank: () => 'This field may not be blank.',
  not_a_string: () => 'Not a valid string.',
  lone_surrogate: ({ character }) => `Surrogate characters are not allowed: ${character}.`,
  pattern_mismatch: () => 'This value does not match the required pattern.',
  integer_invalid: () => 'A valid integer is required.',
  integer_too_long: () => 'String value too large.',
  too_small: ({ min }) => `Ensure this value is greater than or equal to ${min}.`,
  too_large: ({ max }) => `Ensure this value is less than or equal to ${max}.`,
  boolean_invalid: () => 'Must be a valid boolean.',
  date_invalid: () => 'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.',
  choice_invalid: ({ input }) => `"${input}" is not a valid choice.`,
  url_invalid: () => 'Enter a valid URL.',
  phone_invalid: () => 'Enter a valid phone number.',
  json_invalid: () => 'Value must be valid JSON.',
  json_too_large: ({ max }) => `Ensure this value has no more than ${max} bytes.`,
  not_unique: () => 'This field must be unique.',
} as const satisfies Record<FaultCode, (params: Params) => string>

/** What is said of one fault. */
export function sentenceOf({ code, params = {} }: Fault): string {
  return SENTENCES[code](params)
}

/** Faults as messages by field; those of the whole input under `non_field_errors`. */
export function faultMessages(faults: readonly Fault[]): FieldErrors {
  const errors: Record<string, string[]> = {}
  for (const fault of faults)
    (errors[fault.field ?? 'non_field_errors'] ??= []).push(sentenceOf(fault))
  // Fields of a group lie in it.
  return nested(Object.entries(errors))
}

/** 400 for faults. */
export function faultError(faults: readonly Fault[]): ApiError {
  return fieldErrors(faultMessages(faults))
}
