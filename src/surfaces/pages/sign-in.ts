/** The sign-in page. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { isSignUpOpen } from '../../settings/sign-up.ts'
import type { PageContent, PageContext } from './document.ts'
import { form, type FormField } from './form.ts'
import { mailedLoginOffers } from './mailed-login.ts'
import { linkTo } from './next.ts'
import { hasPasskeysHere } from './passkeys.ts'
import { rememberAlone, rememberBox } from './remember.ts'
import { secondStep } from './second-step.ts'
import { socialButtons } from './social.ts'
import { resendForm } from './verify-email.ts'

/** Signing in by username or address and password, by passkey, mail or provider, as the settings offer. */
export function signInPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  const hasPasswords = !settings.SOCIALACCOUNT_ONLY
  const providers = socialButtons(context)
  return {
    title: words.signInTitle,
    script: true,
    body: markup`<div id="first-step">
${providers}${providers !== undefined && hasPasswords && markup`<p class="or">${words.or}</p>`}${
      hasPasswords &&
      form('sign-in', {
        action: `${settings.URL_PREFIX}login/`,
        submit: words.signInAction,
        fields: [
          loginField(context),
          {
            name: 'password',
            label: words.password,
            type: 'password',
            autocomplete: 'current-password',
          },
          ...rememberBox(context),
        ],
      })
    }${!hasPasswords && rememberAlone(context)}${hasPasskeysHere(settings, request) && passkeyButton(context)}${
      hasPasswords &&
      markup`${mailedLoginOffers(context)}<div id="unverified" hidden>${resendForm(context)}</div>
<p><a href="${linkTo(settings, request, PAGE_PATHS.forgotPassword)}">${words.forgotTitle}</a></p>`
    }
${isSignUpOpen(settings) && invitation(context)}
</div>
${secondStep(context)}`,
  }
}

/** Shown by the script where the browser knows passkeys. */
function passkeyButton({ words }: PageContext): Html {
  return markup`<p><button type="button" id="passkey-sign-in" class="secondary" hidden>${words.passkeyAction}</button></p>`
}

/**
 * The field of username and address. `autocomplete="… webauthn"` lets the browser offer passkeys in it (WebAuthn L3
 * §5.1.4, conditional mediation).
 */
function loginField({ settings, request, words }: PageContext): FormField {
  const methods = settings.ACCOUNT_LOGIN_METHODS
  const autocomplete = hasPasskeysHere(settings, request) ? 'username webauthn' : 'username'
  if (!methods.includes('username')) {
    return { name: 'login', label: words.email, type: 'email', autocomplete }
  }
  const label = methods.includes('email') ? words.usernameOrEmail : words.username
  return { name: 'login', label, autocomplete }
}

function invitation({ settings, request, words }: PageContext): Html {
  return markup`<p>${words.signUpInvitation} <a href="${linkTo(settings, request, PAGE_PATHS.signUp)}">${words.signUpLink}</a></p>`
}
