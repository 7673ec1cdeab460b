import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { isSignUpOpen } from '../../settings/sign-up.ts'
import type { PageContent, PageContext } from './document.ts'
import { form, type FormField } from './form.ts'
import { linkTo } from './next.ts'
import { socialButtons } from './social.ts'

/** Signing in by name or address and password, or by a provider. */
export function signInPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  const hasPasswords = !settings.SOCIALACCOUNT_ONLY
  const providers = socialButtons(context)
  return {
    title: words.signInTitle,
    script: true,
    body: markup`${providers}${providers !== undefined && hasPasswords && markup`<p class="or">${words.or}</p>`}${
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
        ],
      })
    }${hasPasswords && markup`<p><a href="${linkTo(settings, request, PAGE_PATHS.forgotPassword)}">${words.forgotTitle}</a></p>`}
${isSignUpOpen(settings) && invitation(context)}`,
  }
}

function loginField({ settings, words }: PageContext): FormField {
  const methods = settings.ACCOUNT_LOGIN_METHODS
  if (!methods.includes('username')) {
    return { name: 'login', label: words.email, type: 'email', autocomplete: 'username' }
  }
  const label = methods.includes('email') ? words.usernameOrEmail : words.username
  return { name: 'login', label, autocomplete: 'username' }
}

function invitation({ settings, request, words }: PageContext): Html {
  return markup`<p>${words.signUpInvitation} <a href="${linkTo(settings, request, PAGE_PATHS.signUp)}">${words.signUpLink}</a></p>`
}
