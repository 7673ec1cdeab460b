/** The dialog for step-up authentication, as markup. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { usesRecentProofs } from '../../settings/step-up.ts'
import type { PageContext } from './document.ts'
import { form } from './form.ts'
import { hasPasskeysHere } from './passkeys.ts'

/**
 * Asks the signed-in user for a fresh proof when the API requires one: the script opens it, shows the proofs that
 * the account can give, and repeats the refused request.
 */
export function proveAgain(context: PageContext): Html | undefined {
  const { settings, request, words } = context
  if (!usesRecentProofs(settings)) return undefined
  const action = `${settings.URL_PREFIX}reauthenticate/`
  const here = encodeURIComponent(new URL(request.url).pathname)
  return markup`<dialog id="prove" aria-labelledby="prove-heading">
<h2 id="prove-heading">${words.proveTitle}</h2>
<p>${words.proveIntro}</p>
<div id="prove-alert" role="alert" tabindex="-1"></div>
${form('prove-password', {
  action,
  submit: words.proveAction,
  fields: [
    {
      name: 'password',
      label: words.password,
      type: 'password',
      autocomplete: 'current-password',
    },
  ],
})}${
    settings.MFA_ENABLED &&
    form('prove-code', {
      action,
      submit: words.proveAction,
      fields: [
        {
          name: 'code',
          label: words.code,
          autocomplete: 'one-time-code',
          hint: markup`${words.secondStepIntro}`,
        },
      ],
    })
  }${hasPasskeysHere(settings, request) && markup`<p><button type="button" id="prove-passkey" class="secondary">${words.provePasskey}</button></p>`}
<p id="prove-elsewhere"><a href="${settings.URL_PREFIX}${PAGE_PATHS.signIn}?next=${here}">${words.proveElsewhere}</a></p>
<button type="button" id="prove-cancel" class="secondary">${words.cancel}</button>
</dialog>`
}
