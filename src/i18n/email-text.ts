/**
 * One mail. The names of `EMAIL_PLACEHOLDERS` in braces stand for their values; a paragraph that names
 * something unknown is left out.
 */
export type EmailText = {
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** The button that leads to the mail's link; absent where there is none. */
  readonly action?: string
}

/** What a mail may name. */
export const EMAIL_PLACEHOLDERS = [
  'site',
  'username',
  'address',
  'url',
  /** What the reader is to type. */
  'code',
  /** A social provider, or several. */
  'provider',
  /** Providers that are still connected. */
  'connections',
  /** How many other accounts claim the address. */
  'others',
  /** Days that a grace period lasts. */
  'days',
  /** Those that a reset is about, too: a line with name and link each. */
  'accounts',
] as const
