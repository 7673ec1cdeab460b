/** Buttons of providers, and the page that providers redirect to. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import type { ProviderSummary } from './mounted.ts'
import { form } from './form.ts'
import { destinationOf, linkTo } from './next.ts'
import { ownFormFields } from './own-fields.ts'
import { providerIcon } from './provider-icons.ts'
import { secondStep } from './second-step.ts'

/** Buttons that begin a login; none for apps without this page among their registered redirect URIs. */
export function socialButtons(context: PageContext): Html | undefined {
  return buttons(context, 'sign-in', context.words.socialAction)
}

/** Buttons that connect the user's account with one at a provider. */
export function connectButtons(context: PageContext): Html | undefined {
  return buttons(context, 'connect', context.words.connectAction)
}

/** Where a provider redirects to: the script hands code and state to the API. */
export function socialCallbackPage(context: PageContext, provider: ProviderSummary): PageContent {
  const { settings, request, words } = context
  return {
    title: words.socialAction.replace('{0}', () => nameOf(provider)),
    script: true,
    body: markup`<p id="social-callback" data-path="${provider.path}">${words.wait}</p>
${missingFields(context, provider)}${secondStep(context)}<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}

/** Shown by the script where the provider does not say all that an account needs: an address, own fields. */
function missingFields(context: PageContext, provider: ProviderSummary): Html | false {
  const { settings, words } = context
  return (
    settings.SOCIAL_SIGNUP &&
    markup`<div id="social-email" hidden>
<p id="social-email-intro">${words.socialEmailIntro.replace('{0}', () => nameOf(provider))}</p>
${form('social-signup', {
  action: `${settings.URL_PREFIX}social/signup/`,
  submit: words.signUpAction,
  fields: [
    { name: 'email', label: words.email, type: 'email', autocomplete: 'email' },
    ...ownFormFields(context),
  ],
})}</div>
`
  )
}

function buttons(context: PageContext, purpose: string, label: string): Html | undefined {
  const usable = context.mounted.social.filter((provider) => comesBackHere(context, provider))
  if (usable.length === 0) return undefined
  return markup`<div class="providers">${usable.map(
    (
      provider,
    ) => markup`<button type="button" class="secondary" data-provider="${provider.path}" data-purpose="${purpose}" data-callback="${callbackUrl(context, provider)}" data-destination="${destinationOf(context.settings, context.request)}">${providerIcon(provider.id)}${label.replace('{0}', () => nameOf(provider))}</button>
`,
  )}</div>`
}

/** The provider's name as people know it, which is not always that of the API. */
function nameOf({ id, name }: ProviderSummary): string {
  return id === 'twitter' ? 'X' : name
}

/** Whether the app's registered redirect URIs include our page: providers refuse others. */
function comesBackHere(context: PageContext, provider: ProviderSummary): boolean {
  return provider.callbackUrls.includes(callbackUrl(context, provider))
}

function callbackUrl({ settings, request }: PageContext, { id }: ProviderSummary): string {
  const base = settings.PUBLIC_URL ?? new URL(request.url).origin
  return new URL(`${settings.URL_PREFIX}${PAGE_PATHS.socialCallback}${id}/`, base).href
}
