/** The operator's own subjects and texts of mails. */
import { EMAIL_PLACEHOLDERS, type EmailText } from '../i18n/email-text.ts'
import { EMAIL_KINDS, type EmailKind } from '../i18n/languages/email-kinds.ts'
import { isLanguage, LANGUAGES, type Language } from '../i18n/language.ts'

/** An operator's own mail: what is absent stays as it is; `html` replaces the whole HTML. */
export type EmailTemplate = Partial<EmailText> & { readonly html?: string }

/** Own mails by kind for all languages (`confirm_email`), or for one (`confirm_email.de`). */
export type EmailTemplates = Readonly<Record<string, EmailTemplate>>

const PARTS = ['subject', 'text', 'action', 'html']
/** Mails that are of no use without their link. */
const NEEDS_URL: readonly string[] = [
  'confirm_email',
  'password_reset',
  'login_link',
] satisfies EmailKind[]
/** … and those without their code. */
const NEEDS_CODE: readonly string[] = [
  'login_code',
  'confirm_email_code',
  'password_reset_code',
] satisfies EmailKind[]

/** The operator's own words for a mail, its language's before those for all. */
export function emailTemplate(
  templates: EmailTemplates,
  kind: EmailKind,
  language: Language,
): EmailTemplate {
  return { ...templates[kind], ...templates[`${kind}.${language}`] }
}

/** Reads `EMAIL_TEMPLATES`; the error names every fault. */
export function parseEmailTemplates(raw: unknown): EmailTemplates {
  if (!isRecord(raw)) throw new Error('must be an object of mail and its words')
  const faults: string[] = []
  const templates: Record<string, EmailTemplate> = {}
  for (const [name, parts] of Object.entries(raw)) {
    const [kind = '', language] = name.split('.')
    if (!EMAIL_KINDS.some((known) => known === kind)) {
      faults.push(`knows the mails ${EMAIL_KINDS.join(', ')}, not ${kind}`)
    } else if (language !== undefined && !isLanguage(language)) {
      faults.push(`knows the languages ${LANGUAGES.join(', ')}, not ${language}`)
    } else if (!isRecord(parts)) {
      faults.push(`needs an object for ${name}`)
    } else {
      templates[name] = readTemplate(name, parts, faults)
    }
  }
  if (faults.length > 0) throw new Error(faults.join('; '))
  return templates
}

function readTemplate(
  name: string,
  parts: Readonly<Record<string, unknown>>,
  faults: string[],
): EmailTemplate {
  for (const [part, value] of Object.entries(parts)) {
    if (!PARTS.includes(part)) faults.push(`has ${part} in ${name}; known are ${PARTS.join(', ')}`)
    else if (typeof value !== 'string') faults.push(`needs a string for ${name}.${part}`)
    else faults.push(...placeholderFaults(`${name}.${part}`, value))
  }
  const { subject, text, action, html } = parts
  const [kind = ''] = name.split('.')
  const needed = NEEDS_URL.includes(kind) ? '{url}' : NEEDS_CODE.includes(kind) ? '{code}' : ''
  if (typeof html === 'string' && !html.includes(needed)) {
    faults.push(`needs ${needed} in ${name}.html`)
  }
  return {
    ...(typeof subject === 'string' ? { subject: subject.replace(/\s+/g, ' ').trim() } : {}),
    ...(typeof text === 'string' ? { paragraphs: paragraphsOf(text) } : {}),
    ...(typeof action === 'string' ? { action } : {}),
    ...(typeof html === 'string' ? { html } : {}),
  }
}

/** The text between blank lines. */
function paragraphsOf(text: string): readonly string[] {
  const paragraphs: string[][] = [[]]
  for (const line of text.trim().split('\n')) {
    if (line.trim() !== '') paragraphs.at(-1)?.push(line)
    else if (paragraphs.at(-1)?.length !== 0) paragraphs.push([])
  }
  return paragraphs.map((lines) => lines.join('\n'))
}

function placeholderFaults(place: string, text: string): readonly string[] {
  // CSS has braces, too: only a single small word in them is a placeholder.
  return [...text.matchAll(/\{([a-z_]+)\}/g)]
    .map((match) => match[1] ?? '')
    .filter((word) => !EMAIL_PLACEHOLDERS.some((known) => known === word))
    .map((word) => `has {${word}} in ${place}; known are {${EMAIL_PLACEHOLDERS.join('} {')}}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
