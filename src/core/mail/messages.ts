import { escapeHtml } from '../../html.ts'
import type { EmailKind, EmailText } from '../../i18n/email-text.ts'
import type { Language } from '../../i18n/language.ts'
import type { Words } from '../../i18n/words.ts'
import type { Brand } from '../../settings/brand.ts'
import type { EmailTemplate } from '../../settings/email-templates.ts'
import { layoutEmail } from './layout.ts'

/** What a mail tells. */
export type EmailValues = {
  readonly siteName: string
  readonly username: string
  readonly address: string
  /** Where the reader is to go, absent where there is nothing to do. */
  readonly url?: string
}

/** How it is told: language, looks, and the operator's own words. */
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
  const fill = filler(values)
  const subject = fill(mail.subject) ?? mail.subject
  const paragraphs = told(mail.paragraphs, values, fill)
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
        : (filler(escaped(values))(template.html) ?? ''),
  }
}

type Fill = (text: string) => string | undefined

/** Puts values for placeholders; `undefined` where one of them is unknown. */
function filler(values: EmailValues): Fill {
  const known: Readonly<Record<string, string | undefined>> = {
    site: values.siteName,
    username: values.username,
    address: values.address,
    url: values.url,
  }
  return (text) => {
    let isWhole = true
    const filled = text.replace(/\{(site|username|address|url)\}/g, (_, name: string) => {
      const value = known[name] ?? ''
      if (value === '') isWhole = false
      return value
    })
    return isWhole ? filled : undefined
  }
}

/** The paragraphs that have all they name; the link stands alone in one of them, at the end if nowhere else. */
function told(paragraphs: readonly string[], values: EmailValues, fill: Fill): readonly string[] {
  const { url } = values
  const filled = paragraphs.map(fill).filter((paragraph) => paragraph !== undefined)
  return url === undefined || filled.includes(url) ? filled : [...filled, url]
}

function escaped(values: EmailValues): EmailValues {
  return {
    siteName: escapeHtml(values.siteName),
    username: escapeHtml(values.username),
    address: escapeHtml(values.address),
    ...(values.url === undefined ? {} : { url: escapeHtml(values.url) }),
  }
}
