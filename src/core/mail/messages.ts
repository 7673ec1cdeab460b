/**
 * Composes a mail from words and values: the same paragraphs as text and as HTML. Values are inserted, never
 * interpreted: a username with braces stays a username (template injection).
 */
import { escapeHtml } from '../../html.ts'
import { EMAIL_PLACEHOLDERS, type EmailText } from '../../i18n/email-text.ts'
import type { EmailKind } from '../../i18n/languages/email-kinds.ts'
import type { Language } from '../../i18n/language.ts'
import type { Words } from '../../i18n/words.ts'
import type { Brand } from '../../settings/brand.ts'
import type { EmailTemplate } from '../../settings/email-templates.ts'
import { layoutEmail } from './layout.ts'

/** The content of a mail. */
export type EmailValues = {
  readonly siteName: string
  readonly username: string
  readonly address: string
  /** Where the reader is to go, absent where there is nothing to do. */
  readonly url?: string
  /** What the reader is to type. */
  readonly code?: string
  readonly provider?: string
  /** Other connected providers. */
  readonly connections?: readonly string[]
  /** How many other accounts claim the address. */
  readonly others?: number
  /** How long a grace period lasts. */
  readonly days?: number
  /** Other accounts that the mail is about, each with its own link. */
  readonly accounts?: readonly { readonly username: string; readonly url: string }[]
}

/** Its presentation: language, theme, and the operator's own texts. */
export type EmailStyle = {
  readonly language: Language
  readonly words: Words
  readonly brand: Brand
  readonly template: EmailTemplate
}

/** Subject and bodies of a mail, the subject without its prefix. */
export type EmailContent = {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Writes a mail: the same words as text and as HTML. */
export function composeEmail(
  kind: EmailKind,
  values: EmailValues,
  style: EmailStyle,
): EmailContent {
  const { template, words, language, brand } = style
  const mail: EmailText = { ...words.emails[kind], ...template }
  const known = placeholdersOf(values)
  const fill = filler(known)
  const subject = fill(mail.subject) ?? mail.subject
  const paragraphs = fillAll(mail.paragraphs, known)
  const footer = fill(words.emailFrame.footer) ?? ''
  return {
    subject,
    text: `${[...paragraphs, `-- \n${brand.name}`].join('\n\n')}\n`,
    html:
      template.html === undefined
        ? layoutEmail({
            language,
            brand,
            subject,
            paragraphs,
            ...(values.url === undefined ? {} : { link: { url: values.url, action: mail.action } }),
            linkHint: words.emailFrame.linkHint,
            footer,
          })
        : (filler(escaped(known))(template.html) ?? ''),
  }
}

type Fill = (text: string) => string | undefined

type Placeholders = Readonly<Record<(typeof EMAIL_PLACEHOLDERS)[number], string | undefined>>

/** Values by placeholder. */
function placeholdersOf(values: EmailValues): Placeholders {
  const { others = 0, accounts = [] } = values
  return {
    site: values.siteName,
    username: values.username,
    address: values.address,
    url: values.url,
    code: values.code,
    provider: values.provider,
    connections: values.connections?.join(', '),
    others: others === 0 ? undefined : String(others),
    days: values.days === undefined ? undefined : String(values.days),
    accounts: accounts.map(({ username, url }) => `${username}: ${url}`).join('\n'),
  }
}

const PLACEHOLDER = new RegExp(`\\{(${EMAIL_PLACEHOLDERS.join('|')})\\}`, 'g')

/** Puts values for placeholders; `undefined` where one of them is unknown. */
function filler(known: Placeholders): Fill {
  return (text) => {
    let isWhole = true
    const filled = text.replace(PLACEHOLDER, (_, name: keyof Placeholders) => {
      const value = known[name] ?? ''
      if (value === '') isWhole = false
      return value
    })
    return isWhole ? filled : undefined
  }
}

/** The paragraphs that have all they name; links are paragraphs of their own, at the end if nowhere else. */
function fillAll(paragraphs: readonly string[], known: Placeholders): readonly string[] {
  const { url = '', code = '', accounts = '' } = known
  const filled = paragraphs.map(filler(known)).filter((paragraph) => paragraph !== undefined)
  const isMissing = (part: string) =>
    part !== '' && !filled.some((paragraph) => paragraph.includes(part))
  return [
    ...filled,
    ...(url === '' || filled.includes(url) ? [] : [url]),
    ...(isMissing(code) ? [code] : []),
    ...(isMissing(accounts) ? [accounts] : []),
  ]
}

/** The same for HTML. */
function escaped(known: Placeholders): Placeholders {
  const safe = (text: string | undefined) => (text === undefined ? undefined : escapeHtml(text))
  return {
    site: safe(known.site),
    username: safe(known.username),
    address: safe(known.address),
    url: safe(known.url),
    code: safe(known.code),
    provider: safe(known.provider),
    connections: safe(known.connections),
    others: known.others,
    days: known.days,
    accounts: safe(known.accounts),
  }
}
