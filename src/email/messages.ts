/** The mails that this service sends. */
export type EmailKind =
  | 'confirm_email'
  | 'password_reset'
  | 'account_already_exists'
  | 'password_changed'

/** What a mail tells. */
export type EmailValues = {
  readonly siteName: string
  readonly username: string
  readonly address: string
  /** Where the reader is to go, absent where there is nothing to do. */
  readonly url?: string
}

/** Subject and bodies of a mail, the subject without its prefix. */
export type EmailContent = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

type Template = {
  readonly subject: string
  readonly paragraphs: (values: EmailValues) => readonly string[]
  /** Text of the button that leads to `url`. */
  readonly action?: string
}

/** Writes a mail: the same words as text and as HTML. */
export function composeEmail(kind: EmailKind, values: EmailValues): EmailContent {
  const template: Template = TEMPLATES[kind]
  const paragraphs = template.paragraphs(values)
  return {
    subject: template.subject,
    text: textOf(paragraphs, values),
    html: htmlOf(paragraphs, template.action, values),
  }
}

const TEMPLATES = {
  confirm_email: {
    subject: 'Please Confirm Your Email Address',
    paragraphs: ({ siteName, username, address }) => [
      `Hello ${username || address},`,
      `${address} was given as the e-mail address of an account at ${siteName}. Follow the link to confirm that it is yours. If it was not you who gave it, there is nothing to do.`,
    ],
    action: 'Confirm e-mail address',
  },
  password_reset: {
    subject: 'Password Reset Email',
    paragraphs: ({ siteName, username }) => [
      `A new password was asked for at ${siteName}. Follow the link to choose one. If it was not you who asked, your password stays as it is.`,
      ...(username === '' ? [] : [`For the record: your username is ${username}`]),
    ],
    action: 'Choose a new password',
  },
  account_already_exists: {
    subject: 'Account Already Exists',
    paragraphs: ({ siteName, address }) => [
      `Somebody tried to make an account at ${siteName} with ${address}, which already has one.`,
      'If it was you and you no longer know the password, ask for a new one.',
    ],
    action: 'Ask for a new password',
  },
  password_changed: {
    subject: 'Password Changed',
    paragraphs: ({ siteName, username }) => [
      `The password of ${username} at ${siteName} was changed.`,
      'If it was not you, ask for a new password at once.',
    ],
  },
} as const satisfies Record<EmailKind, Template>

function textOf(paragraphs: readonly string[], values: EmailValues): string {
  const lines = values.url === undefined ? paragraphs : [...paragraphs, values.url]
  return `${lines.join('\n\n')}\n`
}

function htmlOf(
  paragraphs: readonly string[],
  action: string | undefined,
  values: EmailValues,
): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('')
  const link =
    values.url === undefined
      ? ''
      : `<p><a href="${escapeHtml(values.url)}">${escapeHtml(action ?? values.url)}</a></p>`
  return `<!doctype html><html lang="en"><body>${body}${link}</body></html>`
}

/** Text as HTML content or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
