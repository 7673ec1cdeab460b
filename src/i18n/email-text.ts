/** The mails that this service sends; each has its words in every file of `languages/`. */
export const EMAIL_KINDS = [
  'confirm_email',
  'password_reset',
  'account_already_exists',
  'password_changed',
] as const

/** One of `EMAIL_KINDS`. */
export type EmailKind = (typeof EMAIL_KINDS)[number]

/**
 * One mail. `{site}`, `{username}` and `{address}` stand for their values; a paragraph that names something
 * unknown is left out.
 */
export type EmailText = {
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** The button that leads to the mail's link; absent where there is none. */
  readonly action?: string
}
