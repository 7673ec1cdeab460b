/** What is wrong with an input: every surface says it in its own sentences, by code. */
export type FaultCode =
  | 'username_invalid'
  | 'username_reserved'
  | 'username_taken'
  | 'email_invalid'
  | 'email_taken'
  /** The account has it already. */
  | 'email_duplicate'
  | 'email_too_many'
  | 'email_verified'
  | 'email_unverified'
  /** The primary one stays. */
  | 'email_primary'
  /** No invitation, or none that is valid for the address. */
  | 'invitation_required'
  | 'invitation_invalid'
  | 'too_long'
  | 'too_short'
  | 'null_character'
  | 'old_password_wrong'
  | 'password_too_common'
  | 'password_entirely_numeric'
  | 'password_too_short'
  | 'password_too_similar'
  | 'password_breached'
  | 'password_mismatch'
  | 'required'
  /** What `ACCOUNT_LOGIN_METHODS` asks for. */
  | 'email_and_password_required'
  | 'username_and_password_required'
  | 'name_and_password_required'
  | 'null'
  | 'blank'
  | 'not_a_string'
  | 'lone_surrogate'
  | 'pattern_mismatch'
  | 'integer_invalid'
  | 'integer_too_long'
  | 'too_small'
  | 'too_large'
  | 'boolean_invalid'
  | 'date_invalid'
  | 'choice_invalid'
  | 'url_invalid'
  | 'phone_invalid'
  | 'json_invalid'
  | 'json_too_large'
  | 'not_unique'

/** One fault of an input. `field` is absent where it lies in the whole. */
export type Fault<Field extends string = string> = {
  readonly field: Field | undefined
  readonly code: FaultCode
  readonly params?: Readonly<Record<string, string | number>>
}

/** An address with invalid syntax, rejected before any query. */
export type InvalidEmail = {
  readonly kind: 'invalid'
  readonly faults: readonly Fault<'email'>[]
}

/** How long a text may be, in characters as Python counts them. */
export type Bounds = { readonly min?: number; readonly max?: number }

/** What no text may be: too long, too short, with a null in it, which databases cut at, or no Unicode. */
export function textFaults<Field extends string>(
  field: Field,
  text: string,
  { min = 0, max = Infinity }: Bounds = {},
): readonly Fault<Field>[] {
  const { length } = Array.from(text)
  return [
    ...(length > max ? [{ field, code: 'too_long', params: { max } } as const] : []),
    ...(length < min ? [{ field, code: 'too_short', params: { min } } as const] : []),
    ...(text.includes('\0') ? [{ field, code: 'null_character' } as const] : []),
    ...(text.isWellFormed()
      ? []
      : [{ field, code: 'lone_surrogate', params: { character: loneSurrogate(text) } } as const]),
  ]
}

/** Names the first half of a pair that has lost the other (`U+D800`). */
export function loneSurrogate(text: string): string {
  const found = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(text)
  return `U+${found?.[0].charCodeAt(0).toString(16).toUpperCase() ?? ''}`
}
