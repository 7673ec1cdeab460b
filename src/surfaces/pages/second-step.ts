import { markup, type Html } from '../../html.ts'
import type { PageContext } from './document.ts'
import { form } from './form.ts'

/**
 * The second step of a login, shown by the script when the API asks for it: the ephemeral token stays in the
 * script, so a reload starts again.
 */
export function secondStep({ settings, words }: PageContext): Html | undefined {
  if (!settings.MFA_ENABLED) return undefined
  return markup`<section id="second-step" aria-labelledby="second-step-heading" hidden>
<h2 id="second-step-heading">${words.secondStepTitle}</h2>
<p>${words.secondStepIntro}</p>
${form('verify', {
  action: `${settings.URL_PREFIX}mfa/verify/`,
  submit: words.secondStepAction,
  fields: [{ name: 'code', label: words.code, autocomplete: 'one-time-code' }],
})}<p><button type="button" id="second-step-back" class="secondary">${words.secondStepBack}</button></p>
</section>`
}
