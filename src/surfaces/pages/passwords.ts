/** Pages of a password reset. */
import { markup } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import { form, type FormField } from './form.ts'
import { linkTo } from './next.ts'
import { passwordRules } from './password-rules.ts'

/** Asks for a link, or for a code that is typed on this page. */
export function forgotPasswordPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  const isByCode = settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED
  return {
    title: words.forgotTitle,
    script: true,
    body: markup`<p>${isByCode ? words.forgotCodeIntro : words.forgotIntro}</p>
${form('forgot-password', {
  action: `${settings.URL_PREFIX}password/reset/`,
  submit: isByCode ? words.forgotCodeAction : words.forgotAction,
  fields: [{ name: 'email', label: words.email, type: 'email', autocomplete: 'email' }],
})}${
      isByCode &&
      form('reset-code', {
        action: `${settings.URL_PREFIX}password/reset/confirm/`,
        submit: words.newPasswordAction,
        isHidden: true,
        fields: [
          { name: 'code', label: words.codeLabel, autocomplete: 'one-time-code' },
          ...newPasswordFields(context),
        ],
      })
    }<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}

/**
 * Where the link of a reset mail leads. Opening it changes nothing, because mail scanners open links; the form's
 * POST does.
 */
export function setPasswordPage(
  context: PageContext,
  params: Readonly<Record<string, string>>,
): PageContent {
  const { settings, request, words } = context
  return {
    title: words.newPasswordTitle,
    script: true,
    body: markup`${form('set-password', {
      action: `${settings.URL_PREFIX}password/reset/confirm/`,
      submit: words.newPasswordAction,
      hidden: { uid: params['uid'] ?? '', token: params['token'] ?? '' },
      fields: newPasswordFields(context),
    })}<p id="set-password-again" hidden><a href="${linkTo(settings, request, PAGE_PATHS.forgotPassword)}">${words.newLink}</a></p>
<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}

/** A new password, typed twice. */
export function newPasswordFields(context: PageContext): readonly FormField[] {
  const { words } = context
  return [
    {
      name: 'new_password1',
      label: words.newPassword,
      type: 'password',
      autocomplete: 'new-password',
      hint: passwordRules(context),
    },
    {
      name: 'new_password2',
      label: words.newPasswordAgain,
      type: 'password',
      autocomplete: 'new-password',
    },
  ]
}
