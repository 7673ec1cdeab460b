/** The sign-up page. */
import { markup } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import { form, type FormField } from './form.ts'
import { linkTo } from './next.ts'
import { ownFormFields } from './own-fields.ts'
import { passwordRules } from './password-rules.ts'
import { rememberBox } from './remember.ts'
import { secondStep } from './second-step.ts'

/** Creating an account. */
export function signUpPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  const invitation = new URL(request.url).searchParams.get('invitation') ?? ''
  return {
    title: words.signUpTitle,
    script: true,
    body: markup`<div id="first-step">
${form('sign-up', {
  action: `${settings.URL_PREFIX}registration/`,
  submit: words.signUpAction,
  fields: signUpFields(context),
  hidden: invitation === '' ? {} : { invitation },
})}<p>${words.signInInvitation} <a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>
</div>
${secondStep(context)}`,
  }
}

/** The fields that `registration/` takes under these settings. */
function signUpFields(context: PageContext): readonly FormField[] {
  const { settings, words } = context
  const declared = (name: string) => settings.ACCOUNT_SIGNUP_FIELDS.find((one) => one.name === name)
  const isShown = (name: string): boolean =>
    !settings.policy.registration.followsSignupFields || declared(name) !== undefined
  // Without an address, no one could ever log in where it must be verified.
  const needsEmail = settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
  const optional = (name: string, isNeeded: boolean) =>
    isNeeded || (declared(name)?.required ?? true) ? {} : { optional: words.optional }
  const fields: readonly FormField[] = [
    {
      name: 'username',
      label: words.username,
      autocomplete: 'username',
      ...optional('username', false),
    },
    {
      name: 'email',
      label: words.email,
      type: 'email',
      autocomplete: 'email',
      ...optional('email', needsEmail),
    },
    {
      name: 'password1',
      label: words.password,
      type: 'password',
      autocomplete: 'new-password',
      hint: passwordRules(context),
    },
    {
      name: 'password2',
      label: words.passwordAgain,
      type: 'password',
      autocomplete: 'new-password',
    },
  ]
  const own = [...ownFormFields(context), ...rememberBox(context)]
  return [...fields.filter(({ name }) => name === 'password1' || isShown(name)), ...own]
}
