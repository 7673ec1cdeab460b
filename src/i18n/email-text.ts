/** The mails that this service sends; each has its words in every file of `languages/`. */
export const EMAIL_KINDS = [
  'confirm_email',
  'password_reset',
  'account_already_exists',
  'password_changed',
  'social_account_connected',
  'social_account_disconnected',
  'email_claim_dropped',
  'email_replaced',
  'email_in_use',
  'email_changed',
  'email_added',
  'email_removed',
  'account_deletion',
  'account_deleted',
  'invitation',
  'totp_activated',
  'totp_deactivated',
  'recovery_codes_generated',
  'recovery_codes_used_up',
  'passkey_added',
  'passkey_removed',
  'login_code',
  'login_link',
  'confirm_email_code',
  'password_reset_code',
] as const

/** Those that bring a code, or a link that logs in. */
export type MailedLoginKind =
  'login_code' | 'login_link' | 'confirm_email_code' | 'password_reset_code'

/** One of `EMAIL_KINDS`. */
export type EmailKind = (typeof EMAIL_KINDS)[number]

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
