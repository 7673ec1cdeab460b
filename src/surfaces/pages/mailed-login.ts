/** Pages of passwordless logins. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { isSignUpByCodeOpen } from '../../settings/sign-up.ts'
import type { PageContent, PageContext } from './document.ts'
import { form } from './form.ts'
import { ownFormFields } from './own-fields.ts'
import { linkTo } from './next.ts'
import { rememberBox } from './remember.ts'
import { secondStep } from './second-step.ts'

/** Links to them, for the sign-in page. */
export function mailedLoginOffers(context: PageContext): Html | undefined {
  const { settings, request, words } = context
  const offer = (path: string, label: string): Html =>
    markup`<p><a class="button secondary" href="${linkTo(settings, request, path)}">${label}</a></p>`
  return markup`${settings.ACCOUNT_LOGIN_BY_CODE_ENABLED && offer(PAGE_PATHS.loginCode, words.codeOffer)}${settings.ACCOUNT_LOGIN_BY_LINK_ENABLED && offer(PAGE_PATHS.loginLink, words.linkOffer)}`
}

/** Signing in by a mailed code; the script keeps the handle that the code needs. */
export function loginCodePage(context: PageContext): PageContent {
  const { settings, words } = context
  return {
    title: words.codeTitle,
    script: true,
    body: markup`<div id="first-step">
<p>${words.codeIntro}</p>
${form('login-code', {
  action: `${settings.URL_PREFIX}login/code/confirm/`,
  submit: words.signInAction,
  isHidden: true,
  fields: [
    { name: 'code', label: words.codeLabel, autocomplete: 'one-time-code' },
    // Shown where the code turns out to make an account.
    ...(isSignUpByCodeOpen(settings) ? ownFormFields(context) : []),
    ...rememberBox(context),
  ],
})}${askForMail(context, 'login-code-request', {
      path: 'login/code/request/',
      submit: words.codeAction,
    })}
${signInLink(context)}
</div>
${secondStep(context)}`,
  }
}

/**
 * Signing in by a mailed link. The key is behind `#`, so that no server, proxy or `Referer` header sees it, and the
 * page waits for a click: mail scanners open links.
 */
export function loginLinkPage(context: PageContext): PageContent {
  const { settings, words } = context
  return {
    title: words.linkTitle,
    script: true,
    body: markup`<div id="first-step">
<div id="login-link-click" hidden>
<p>${words.linkClick}</p>
${form('login-link', {
  action: `${settings.URL_PREFIX}login/link/confirm/`,
  submit: words.signInAction,
  fields: rememberBox(context),
})}</div>
<div id="login-link-ask">
<p>${words.linkIntro}</p>
${askForMail(context, 'login-link-request', {
  path: 'login/link/request/',
  submit: words.linkAction,
})}</div>
${signInLink(context)}
</div>
${secondStep(context)}`,
  }
}

function askForMail(
  { settings, words }: PageContext,
  id: string,
  { path, submit }: { readonly path: string; readonly submit: string },
): Html {
  return form(id, {
    action: settings.URL_PREFIX + path,
    submit,
    fields: [{ name: 'email', label: words.email, type: 'email', autocomplete: 'email' }],
  })
}

function signInLink({ settings, request, words }: PageContext): Html {
  return markup`<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`
}
