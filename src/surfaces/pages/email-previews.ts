import type { EmailContent } from '../../core/mail/messages.ts'
import { markup } from '../../html.ts'
import { EMAIL_KINDS, type EmailKind } from '../../i18n/email-text.ts'
import { LANGUAGES, type Language } from '../../i18n/language.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { emailBodies } from './dev-mailbox.ts'
import type { PageContent, PageContext } from './document.ts'

/** Every mail in every language, to look at. */
export function emailPreviewsPage({ settings }: PageContext): PageContent {
  const base = settings.URL_PREFIX + PAGE_PATHS.devEmails
  return {
    title: 'Previews of every mail',
    width: 'wide',
    isEnglish: true,
    body: markup`<p>With the brand and the words of the settings (BRAND_NAME, BRAND_COLOR, BRAND_LOGO_URL, EMAIL_TEMPLATES).</p>
<table>
<thead><tr><th scope="col">Mail</th><th scope="col">Languages</th></tr></thead>
<tbody>
${EMAIL_KINDS.map(
  (kind) => markup`<tr><th scope="row">${kind}</th><td>${LANGUAGES.map(
    (language) =>
      markup`<a href="${base}${kind}/${language}/" aria-label="${kind}, ${language}">${language}</a> `,
  )}</td></tr>
`,
)}</tbody>
</table>`,
  }
}

/** One mail in one language. */
export async function emailPreviewPage(
  { settings }: PageContext,
  kind: EmailKind,
  language: Language,
): Promise<PageContent> {
  const { subject, text } = await previewEmail(settings, kind, language)
  const base = settings.URL_PREFIX + PAGE_PATHS.devEmails
  return {
    title: subject,
    width: 'wide',
    isEnglish: true,
    hasFrames: true,
    body: markup`<p><a href="${base}">All mails</a></p>
${emailBodies(`${base}${kind}/${language}/html`, text)}`,
  }
}

/** A mail about nobody. */
export async function previewEmail(
  settings: Settings,
  kind: EmailKind,
  language: Language,
): Promise<EmailContent> {
  const base = settings.PUBLIC_URL ?? 'http://localhost:8787'
  const url = `${base.replace(/\/$/, '')}${settings.URL_PREFIX}${PAGE_PATHS.signIn}`
  const values = {
    siteName: settings.SITE_NAME,
    username: 'ada',
    address: 'ada@example.com',
    ...(kind.endsWith('_code') ? { code: 'K7M2XQ' } : { url }),
  }
  const { writeEmail } = await import('../../core/mail/mail.chunk.ts')
  return writeEmail(settings, kind, values, language)
}
