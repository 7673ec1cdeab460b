/** The page at `URL_PREFIX` for developers: which endpoints, pages and providers are mounted. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { isSignUpOpen } from '../../settings/sign-up.ts'
import type { PageContent, PageContext } from './document.ts'

/** `GET URL_PREFIX`: what is mounted, for developers, so in English. */
export async function overviewPage(context: PageContext): Promise<PageContent> {
  const { settings, mounted } = context
  const endpoints = await mounted.endpoints()
  return {
    title: `${settings.SITE_NAME} API`,
    width: 'wide',
    isEnglish: true,
    body: markup`${documents(context)}
<h2>Endpoints</h2>
<table>
<thead><tr><th scope="col">Method</th><th scope="col">URL</th><th scope="col">What it does</th></tr></thead>
<tbody>
${endpoints.map(
  ({ method, path, summary }) =>
    markup`<tr><td><code>${method}</code></td><td><code>${settings.URL_PREFIX}${path.replace(/:(\w+)(?:\{[^{}]*\})?/g, '<$1>')}</code></td><td>${summary}</td></tr>
`,
)}</tbody>
</table>
${settings.BUILT_IN_PAGES && pageList(context)}
${settings.DEV_MAILBOX && developmentList(context)}`,
  }
}

function documents({ settings }: PageContext): Html {
  const base = settings.URL_PREFIX
  if (!settings.API_DOCS) return markup`<p>The API of dj-rest-auth, served from the edge.</p>`
  return markup`<p>The API of dj-rest-auth, served from the edge. <a href="${base}docs/">Read and try it</a>, or give <a href="${base}openapi.json">openapi.json</a> to your tools.</p>`
}

function pageList({ settings }: PageContext): Html {
  return markup`<h2>Pages</h2>
<ul>
${link(settings.URL_PREFIX, PAGE_PATHS.signIn, 'Sign in')}
${isSignUpOpen(settings) && link(settings.URL_PREFIX, PAGE_PATHS.signUp, 'Sign up')}
${link(settings.URL_PREFIX, PAGE_PATHS.forgotPassword, 'Forgot password')}
${link(settings.URL_PREFIX, PAGE_PATHS.account, 'Account')}
</ul>`
}

function developmentList({ settings }: PageContext): Html {
  return markup`<h2>Development</h2>
<ul>
${link(settings.URL_PREFIX, PAGE_PATHS.devMailbox, 'Mails that were sent')}
${link(settings.URL_PREFIX, PAGE_PATHS.devEmails, 'Previews of every mail')}
</ul>`
}

function link(prefix: string, path: string, label: string): Html {
  return markup`<li><a href="${prefix}${path}">${label}</a></li>`
}
