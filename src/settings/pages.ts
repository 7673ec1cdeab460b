/** Settings of the built-in pages. */
import { meaning } from './meaning.ts'
import { parseEmailTemplates, type EmailTemplates } from './email-templates.ts'
import { flag, optionalTrimmed, stringList, structured, type Setting } from './setting.ts'
import { isUrl } from '../is-url.ts'

/** The built-in pages and the mails: languages, looks, where people may be sent. */
export const pageSettings = {
  BUILT_IN_PAGES: flag(
    true,
    meaning(
      'Pages for signing in, signing up, passwords and the own account; links in mails lead to them.',
    ),
  ),
  LOGIN_REDIRECT_URL: structured<string | undefined>(
    parseDestination,
    undefined,
    meaning(
      'Where the pages lead after signing in or following a mail when no next is given. Default: the account page.',
    ),
  ),
  PAGES_ALLOWED_ORIGINS: stringList(
    [],
    meaning(
      'More origins that ?next= may name, besides CORS_ALLOWED_ORIGINS and CSRF_TRUSTED_ORIGINS.',
    ),
  ),
  USE_ACCEPT_LANGUAGE: flag(
    { safe: true, exact: false },
    meaning(
      "The client's Accept-Language chooses the language of messages, pages and mails; off: LANGUAGE_CODE.",
    ),
  ),
  INDEX_PAGE: flag(
    { safe: true, exact: false },
    meaning('GET URL_PREFIX shows what is mounted; off: 404.'),
  ),
  BRAND_NAME: optionalTrimmed(undefined, meaning('Name on pages and mails. Default: SITE_NAME.')),
  BRAND_COLOR: brandColor(),
  BRAND_LOGO_URL: structured<string | undefined>(
    parseLogoUrl,
    undefined,
    meaning('Picture instead of the name at the top of pages and mails, 40 pixels high; https.'),
  ),
  EMAIL_TEMPLATES: structured<EmailTemplates>(
    parseEmailTemplates,
    {},
    meaning(
      'Own words or HTML by mail: {"confirm_email": {"subject": "…", "text": "…"}, "confirm_email.de": …}.',
    ),
  ),
  DEV_MAILBOX: flag(
    false,
    meaning(
      'Development only: mails are logged, kept in the database and shown at URL_PREFIX + dev/mailbox/.',
    ),
  ),
} as const

function brandColor(): Setting<string> {
  const parse = (raw: unknown): string => {
    const text = String(raw).trim().toLowerCase()
    const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text)
    if (short !== null)
      return `#${short
        .slice(1)
        .map((digit) => digit + digit)
        .join('')}`
    if (/^#[0-9a-f]{6}$/.test(text)) return text
    const read = `must be a colour like "#2f5bd7", not ${JSON.stringify(text.slice(0, 40))}`
    throw new Error(
      text === '' ? `${read}; in .dev.vars put it in quotes: # begins a comment` : read,
    )
  }
  const color = '#2f5bd7'
  return {
    parse,
    default: color,
    exact: color,
    meaning: meaning('Colour of buttons on pages and mails.'),
  }
}

function parseDestination(raw: unknown): string | undefined {
  if (raw === null || raw === '') return undefined
  const text = String(raw)
  if (/^\/(?![/\\])/.test(text)) return text
  if (/^https?:\/\//i.test(text) && isUrl(text)) return text
  throw new Error('must be an absolute http(s) URL or a path that begins with one slash')
}

function parseLogoUrl(raw: unknown): string | undefined {
  if (raw === null || raw === '') return undefined
  const text = String(raw)
  if (/^https:\/\//i.test(text) && isUrl(text)) return text
  throw new Error('must be an https URL')
}
