/** Previews of every mail in every language, with example values or those of an account. */
import { findAccount } from '../../core/accounts/operator.ts'
import type { EmailContent, EmailValues } from '../../core/mail/messages.ts'
import type { Deps } from '../../deps.ts'
import { markup } from '../../html.ts'
import { EMAIL_KINDS, type EmailKind } from '../../i18n/languages/email-kinds.ts'
import { LANGUAGES, type Language } from '../../i18n/language.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { emailBodies } from './dev-mailbox.ts'
import type { PageContent, PageContext } from './document.ts'
import { loadMail } from '../../core/mail/load-mail.ts'

/** The list of mails and languages. */
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
  { deps, settings, request }: PageContext,
  kind: EmailKind,
  language: Language,
): Promise<PageContent> {
  const about = aboutOf(request)
  const { content, isKnown } = await previewEmail(deps, { kind, language, about })
  const { subject, text } = content
  const base = settings.URL_PREFIX + PAGE_PATHS.devEmails
  const query = isKnown ? `?about=${encodeURIComponent(about)}` : ''
  return {
    title: subject,
    width: 'wide',
    isEnglish: true,
    hasFrames: true,
    body: markup`<p><a href="${base}">All mails</a></p>
<form method="get">
<p><label for="about">With the values of an account (username or address)</label>
<input id="about" name="about" value="${about}" autocomplete="off"> <button>Show</button></p>
</form>
${about !== '' && !isKnown && markup`<p role="status">There is no such account: these are examples.</p>`}
${emailBodies(`${base}${kind}/${language}/html${query}`, text)}`,
  }
}

/** The account that a preview is about; empty for an example. */
export function aboutOf(request: Request): string {
  return new URL(request.url).searchParams.get('about')?.slice(0, 254) ?? ''
}

type Preview = {
  readonly kind: EmailKind
  readonly language: Language
  /** A username or an address; empty for an example. */
  readonly about: string
}

/** A mail with the values of an account, or with examples. Nothing is sent, and links lead nowhere. */
export async function previewEmail(
  deps: Deps,
  { kind, language, about }: Preview,
): Promise<{ readonly content: EmailContent; readonly isKnown: boolean }> {
  const { settings } = deps
  const { previewValues, writeEmail } = await loadMail()
  const example = exampleOf(settings, kind)
  const found = about === '' ? undefined : await findAccount(deps, { text: about })
  const account = found?.kind === 'found' ? found.account : undefined
  const values =
    account === undefined ? example : await previewValues(deps, { kind, example }, account)
  return {
    content: await writeEmail(settings, { kind, values, language }),
    isKnown: account !== undefined,
  }
}

function exampleOf(
  settings: Pick<Settings, 'PUBLIC_URL' | 'SITE_NAME' | 'URL_PREFIX'>,
  kind: EmailKind,
): EmailValues {
  const base = settings.PUBLIC_URL ?? 'http://localhost:8787'
  const url = `${base.replace(/\/$/, '')}${settings.URL_PREFIX}${PAGE_PATHS.signIn}`
  return {
    siteName: settings.SITE_NAME,
    username: 'ada',
    address: 'ada@example.com',
    ...(kind.endsWith('_code') ? { code: 'K7M2XQ' } : { url }),
  }
}
