/**
 * Development's mailbox: mails that were "sent" are kept and shown. They contain links that log in, which is why
 * these pages answer on the developer's own machine only.
 */
import {
  deleteDevEmails,
  findDevEmail,
  listDevEmails,
  type DevEmail,
} from '../../core/mail/dev-mailbox.sql.ts'
import type { Deps } from '../../deps.ts'
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'

/** The kept mails, the newest first. */
export async function devMailboxPage({ deps, settings }: PageContext): Promise<PageContent> {
  const emails = await listDevEmails(deps.db)
  const base = settings.URL_PREFIX + PAGE_PATHS.devMailbox
  return {
    title: 'Mails that were sent',
    width: 'wide',
    isEnglish: true,
    body: markup`<p>No mail leaves this machine while DEV_MAILBOX is on. <a href="${settings.URL_PREFIX}${PAGE_PATHS.devEmails}">Previews of every mail</a></p>
${emails.length === 0 ? markup`<p>Nothing yet. Sign up, or ask for a new password.</p>` : table(base, emails)}
${emails.length > 0 && markup`<form method="post" action="${base}"><button type="submit" class="secondary">Delete all</button></form>`}`,
  }
}

/** One mail: its links, and both of its bodies. */
export async function devEmailPage(
  { deps, settings }: PageContext,
  id: number,
): Promise<PageContent | undefined> {
  const email = await findDevEmail(deps.db, id)
  if (email === undefined) return undefined
  const base = settings.URL_PREFIX + PAGE_PATHS.devMailbox
  return {
    title: email.subject,
    width: 'wide',
    isEnglish: true,
    hasFrames: true,
    body: markup`<p>To ${email.address}, ${email.sentAt.toISOString()}. <a href="${base}">All mails</a></p>
${emailBodies(`${base}${id}/html`, email.text)}`,
  }
}

/** A mail's HTML in a frame, and its text. */
export function emailBodies(htmlUrl: string, text: string): Html {
  return markup`<h2>HTML</h2>
<iframe src="${htmlUrl}" title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"></iframe>
<h2>Text</h2>
<pre tabindex="0" aria-label="The mail as text">${linked(text)}</pre>`
}

/** The HTML of a mail for its frame, sandboxed: links open elsewhere, nothing in it runs. */
export function emailHtmlResponse(html: string): Response {
  return new Response(`<base target="_top">${html}`, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'X-Frame-Options': 'SAMEORIGIN',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'",
    },
  })
}

/** The HTML of a kept mail; `undefined` where there is none. */
export async function devEmailHtml(deps: Deps, id: number): Promise<Response | undefined> {
  const email = await findDevEmail(deps.db, id)
  return email === undefined ? undefined : emailHtmlResponse(email.html)
}

/** The mails for programs: browser tests read their links here. */
export async function devMailboxJson(deps: Deps): Promise<Response> {
  const emails = await listDevEmails(deps.db)
  return Response.json(
    emails.map(({ id, address, subject, text, html, sentAt }) => ({
      id,
      to: address,
      subject,
      text,
      html,
      sent_at: sentAt.toISOString(),
      links: linksOf(text),
    })),
  )
}

/** Empties the mailbox and shows it. */
export async function emptyDevMailbox(deps: Deps): Promise<Response> {
  await deleteDevEmails(deps.db)
  const Location = deps.settings.URL_PREFIX + PAGE_PATHS.devMailbox
  return new Response(null, { status: 303, headers: { Location } })
}

function table(base: string, emails: readonly DevEmail[]): Html {
  return markup`<table>
<thead><tr><th scope="col">To</th><th scope="col">Subject</th><th scope="col">Link in it</th><th scope="col">Sent</th></tr></thead>
<tbody>
${emails.map(
  ({ id, address, subject, text, sentAt }) =>
    markup`<tr><td>${address}</td><td><a href="${base}${id}/">${subject}</a></td><td>${linksOf(text).map((url) => markup`<a href="${url}">${shortened(url)}</a> `)}</td><td>${sentAt.toISOString().slice(11, 19)}</td></tr>
`,
)}</tbody>
</table>`
}

const LINK = /https?:\/\/\S+/g

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(LINK)].map(([url]) => url)
}

/** A text with its URLs as links; everything else is escaped. */
function linked(text: string): readonly Html[] {
  let end = 0
  const parts: Html[] = []
  for (const match of text.matchAll(LINK)) {
    const [url] = match
    parts.push(markup`${text.slice(end, match.index)}<a href="${url}">${url}</a>`)
    end = match.index + url.length
  }
  return [...parts, markup`${text.slice(end)}`]
}

function shortened(url: string): string {
  const path = url.replace(/^https?:\/\/[^/]+/, '')
  return path.length > 40 ? `${path.slice(0, 40)}…` : path
}
