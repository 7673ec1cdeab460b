/**
 * URLs of the built-in pages. What they are made of is loaded with the first page: the API's cold start pays
 * nothing for them.
 */
import type { Deps } from '../../deps.ts'
import type { Page } from '../../web/page.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { Settings } from '../../settings/parse.ts'
import { hasSecurityPage } from '../../settings/security-page.ts'
import { hasPasswordLogin, isSignUpOpen, type SignUpSettings } from '../../settings/sign-up.ts'
import { developmentPages } from './development.ts'
import type { PageContent, PageContext } from './document.ts'
import type { RouteSummary } from './mounted.ts'
import { loadPages } from './load-pages.ts'
import type { BrandSettings } from '../../settings/brand.ts'
import type { PolicyOf } from '../../settings/policy.ts'

type Params = Readonly<Record<string, string>>
type Write = (context: PageContext, params: Params) => PageContent | Promise<PageContent>

/** The pages that the settings turn on. */
export function builtInPages(
  settings: AccountPageSettings &
    BrandSettings &
    Pick<Settings, 'BUILT_IN_PAGES' | 'DEV_MAILBOX' | 'INDEX_PAGE'>,
  mounted: RouteSummary,
): readonly Page[] {
  const page = (path: string, write: Write): readonly Page[] =>
    servePage({ settings, mounted }, path, write)
  return [
    ...(settings.INDEX_PAGE
      ? page('', async (context) => (await loadPages()).overviewPage(context))
      : []),
    ...(settings.BUILT_IN_PAGES || settings.INDEX_PAGE || settings.DEV_MAILBOX
      ? assets(settings)
      : []),
    ...(settings.DEV_MAILBOX ? developmentPages(settings, mounted) : []),
    ...(settings.BUILT_IN_PAGES ? accountPages(settings, mounted) : []),
  ]
}

/** The settings for which pages around the account there are. */
type AccountPageSettings = SignUpSettings &
  Pick<
    Settings,
    | 'ACCOUNT_DELETION'
    | 'ACCOUNT_LOGIN_BY_CODE_ENABLED'
    | 'ACCOUNT_LOGIN_BY_LINK_ENABLED'
    | 'EMAIL_MANAGEMENT'
    | 'MFA_ENABLED'
    | 'PASSKEYS_ENABLED'
    | 'URL_PREFIX'
  > &
  PolicyOf<'social'>

/** Pages around the account: sign-in, sign-up, account, security. */
function accountPages(settings: AccountPageSettings, mounted: RouteSummary): readonly Page[] {
  const page = (path: string, write: Write): readonly Page[] =>
    servePage({ settings, mounted }, path, write)
  return [
    ...page(PAGE_PATHS.signIn, async (context) => (await loadPages()).signInPage(context)),
    ...(isSignUpOpen(settings)
      ? page(PAGE_PATHS.signUp, async (context) => (await loadPages()).signUpPage(context))
      : []),
    ...(settings.ACCOUNT_LOGIN_BY_CODE_ENABLED && hasPasswordLogin(settings)
      ? page(PAGE_PATHS.loginCode, async (context) => (await loadPages()).loginCodePage(context))
      : []),
    ...(settings.ACCOUNT_LOGIN_BY_LINK_ENABLED && hasPasswordLogin(settings)
      ? page(PAGE_PATHS.loginLink, async (context) => (await loadPages()).loginLinkPage(context))
      : []),
    ...mailPages(settings, page),
    ...page(PAGE_PATHS.account, async (context) => (await loadPages()).accountPage(context)),
    ...(hasSecurityPage(settings)
      ? page(PAGE_PATHS.security, async (context) => (await loadPages()).securityPage(context))
      : []),
    ...mounted.social.flatMap((provider) =>
      page(`${PAGE_PATHS.socialCallback}${provider.id}/`, async (context) =>
        (await loadPages()).socialCallbackPage(context, provider),
      ),
    ),
  ]
}

/** Pages that ask for mails, and those that mails lead to. */
function mailPages(
  settings: Pick<Settings, 'ACCOUNT_DELETION' | 'EMAIL_MANAGEMENT'>,
  page: (path: string, write: Write) => readonly Page[],
): readonly Page[] {
  return [
    ...page(PAGE_PATHS.forgotPassword, async (context) =>
      (await loadPages()).forgotPasswordPage(context),
    ),
    ...page(`${PAGE_PATHS.setPassword}:uid/:token/`, async (context, params) =>
      (await loadPages()).setPasswordPage(context, params),
    ),
    ...page(`${PAGE_PATHS.confirmEmail}:key/`, async (context, params) =>
      (await loadPages()).confirmEmailPage(context, params),
    ),
    ...(settings.EMAIL_MANAGEMENT
      ? page(`${PAGE_PATHS.undoEmail}:key/`, async (context, params) =>
          (await loadPages()).undoEmailPage(context, params),
        )
      : []),
    ...(settings.ACCOUNT_DELETION === 'off'
      ? []
      : page(`${PAGE_PATHS.undoDeletion}:key/`, async (context, params) =>
          (await loadPages()).undoDeletionPage(context, params),
        )),
    ...page(PAGE_PATHS.verificationSent, async (context) =>
      (await loadPages()).verificationSentPage(context),
    ),
  ]
}

/** Script and style. */
function assets(
  settings: BrandSettings & Pick<Settings, 'MFA_ENABLED' | 'PASSKEYS_ENABLED' | 'URL_PREFIX'>,
): readonly Page[] {
  return [
    {
      path: settings.URL_PREFIX + PAGE_PATHS.style,
      serve: async () => (await loadPages()).styleResponse(settings),
    },
    {
      path: settings.URL_PREFIX + PAGE_PATHS.script,
      serve: async () => (await loadPages()).scriptResponse('script'),
    },
    ...(hasSecurityPage(settings)
      ? [
          {
            path: settings.URL_PREFIX + PAGE_PATHS.securityScript,
            serve: async () => (await loadPages()).scriptResponse('security'),
          },
        ]
      : []),
  ]
}

/** One page, with and without its trailing slash. */
function servePage(
  {
    settings,
    mounted,
  }: { readonly settings: Pick<Settings, 'URL_PREFIX'>; readonly mounted: RouteSummary },
  path: string,
  write: Write,
): readonly Page[] {
  const serve = async (deps: Deps, request: Request, params: Params): Promise<Response> => {
    const { pageContext, pageResponse, refusedForm } = await loadPages()
    const context = await pageContext(deps, request, mounted)
    if (request.method === 'POST') return refusedForm(context)
    return pageResponse(context, await write(context, params))
  }
  const whole = settings.URL_PREFIX + path
  const bare = whole.replace(/\/$/, '')
  const methods = path.startsWith('registration/') ? UPSTREAM_METHODS : PAGE_METHODS
  return [whole, ...(bare === '' ? [] : [bare])].map((each) => ({ path: each, methods, serve }))
}

const PAGE_METHODS = ['GET'] as const
/** Upstream's own pages also accept forms, and refuse each without a CSRF token. */
const UPSTREAM_METHODS = ['GET', 'POST'] as const
