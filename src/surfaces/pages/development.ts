/** URLs of the development pages (`DEV_MAILBOX`). */
import { ApiError, notFound } from '../../web/errors.ts'
import type { Page } from '../../web/page.ts'
import { EMAIL_KINDS, type EmailKind } from '../../i18n/languages/email-kinds.ts'
import { isLanguage, type Language } from '../../i18n/language.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PageContent, PageContext } from './document.ts'
import type { RouteSummary } from './mounted.ts'
import { loadPages } from './load-pages.ts'

type Params = Readonly<Record<string, string>>

/**
 * The mailbox and previews of every mail. They show links that are as good as a password, so besides the setting
 * they require a request to the local machine.
 */
export function developmentPages(
  settings: Pick<Settings, 'URL_PREFIX'>,
  mounted: RouteSummary,
): readonly Page[] {
  const pages = [
    ...mailboxPages(settings.URL_PREFIX + PAGE_PATHS.devMailbox, mounted),
    ...previewPages(settings.URL_PREFIX + PAGE_PATHS.devEmails, mounted),
  ]
  return pages.map((one) => ({ ...one, serve: locally(one.serve) }))
}

type Write = (context: PageContext, params: Params) => Promise<PageContent | undefined>

/** Serves the page that `write` returns, 404 for `undefined`. */
function servePage(mounted: RouteSummary, write: Write): Page['serve'] {
  return async (deps, request, params) => {
    const { pageContext, pageResponse } = await loadPages()
    const context = await pageContext(deps, request, mounted)
    return pageResponse(context, required(await write(context, params)))
  }
}

/** The mails that were sent. */
function mailboxPages(mailbox: string, mounted: RouteSummary): readonly Page[] {
  const page = (write: Write): Page['serve'] => servePage(mounted, write)
  return [
    {
      path: mailbox,
      methods: ['GET'],
      serve: page(async (context) => (await loadPages()).devMailboxPage(context)),
    },
    {
      path: mailbox,
      methods: ['POST'],
      serve: async (deps) => (await loadPages()).emptyDevMailbox(deps),
    },
    {
      path: mailbox.replace(/\/$/, '.json'),
      serve: async (deps) => (await loadPages()).devMailboxJson(deps),
    },
    {
      path: `${mailbox}:id{[0-9]+}/`,
      serve: page(async (context, { id }) => (await loadPages()).devEmailPage(context, Number(id))),
    },
    {
      path: `${mailbox}:id{[0-9]+}/html`,
      serve: async (deps, _, { id }) =>
        required(await (await loadPages()).devEmailHtml(deps, Number(id))),
    },
  ]
}

/** Every mail, as it would be sent. */
function previewPages(emails: string, mounted: RouteSummary): readonly Page[] {
  const page = (write: Write): Page['serve'] => servePage(mounted, write)
  return [
    {
      path: emails,
      serve: page(async (context) => (await loadPages()).emailPreviewsPage(context)),
    },
    {
      path: `${emails}:kind/:language/`,
      serve: page(async (context, params) => {
        const { kind, language } = previewOf(params)
        return (await loadPages()).emailPreviewPage(context, kind, language)
      }),
    },
    {
      path: `${emails}:kind/:language/html`,
      serve: async (deps, request, params) => {
        const { aboutOf, emailHtmlResponse, previewEmail } = await loadPages()
        const about = aboutOf(request)
        const { content } = await previewEmail(deps, { ...previewOf(params), about })
        return emailHtmlResponse(content.html)
      },
    },
  ]
}

/**
 * Serves requests to the local machine only. The host can be trusted here: the platform routes no other host to a
 * Worker.
 */
function locally(serve: Page['serve']): Page['serve'] {
  return (deps, request, params) => {
    const { hostname } = new URL(request.url)
    if (/^(?:localhost|[\w.-]+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)) {
      return serve(deps, request, params)
    }
    throw new ApiError('not_found', {
      status: 404,
      body: { detail: 'DEV_MAILBOX answers on localhost only.' },
    })
  }
}

function previewOf(params: Params): { readonly kind: EmailKind; readonly language: Language } {
  const kind = EMAIL_KINDS.find((one) => one === params['kind'])
  const { language } = params
  if (kind === undefined || !isLanguage(language)) throw notFound()
  return { kind, language }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw notFound()
  return value
}
