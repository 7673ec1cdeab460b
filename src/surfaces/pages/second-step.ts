/** Forms of a login's further steps, hidden until the API asks for one. */
import { markup, type Html } from '../../html.ts'
import { hasMailedStep } from '../../settings/mailed-step.ts'
import { sparesMailedStep, trustsDevices } from '../../settings/trust-cookie.ts'
import type { PageContext } from './document.ts'
import { form, type FormField } from './form.ts'

/**
 * Further steps of a login. The token that continues the login stays in the script's memory, so a reload starts
 * over.
 */
export function secondStep(context: PageContext): Html {
  const { settings } = context
  return markup`${hasMailedStep(settings) && mailedStep(context)}${settings.MFA_ENABLED && codeStep(context)}`
}

/** The code of a mail, where `ACCOUNT_LOGIN_BY_CODE_REQUIRED` asks for one. */
function mailedStep({ settings, words }: PageContext): Html {
  return markup`<section id="mailed-step" aria-labelledby="mailed-step-heading" hidden>
<h2 id="mailed-step-heading">${words.secondStepTitle}</h2>
${form('confirm-login', {
  action: `${settings.URL_PREFIX}login/code/confirm/`,
  submit: words.signInAction,
  fields: [
    { name: 'code', label: words.codeLabel, autocomplete: 'one-time-code' },
    ...trustBox(words, sparesMailedStep(settings)),
  ],
})}<p><button type="button" id="mailed-step-back" class="secondary">${words.secondStepBack}</button></p>
</section>`
}

function codeStep({ settings, words }: PageContext): Html {
  return markup`<section id="second-step" aria-labelledby="second-step-heading" hidden>
<h2 id="second-step-heading">${words.secondStepTitle}</h2>
<p>${words.secondStepIntro}</p>
${form('verify', {
  action: `${settings.URL_PREFIX}mfa/verify/`,
  submit: words.secondStepAction,
  fields: [
    { name: 'code', label: words.code, autocomplete: 'one-time-code' },
    ...trustBox(words, trustsDevices(settings)),
  ],
})}<p><button type="button" id="second-step-back" class="secondary">${words.secondStepBack}</button></p>
</section>`
}

/** The box that spares this device the step next time, where that is possible. */
function trustBox(
  { trustDevice }: PageContext['words'],
  isPossible: boolean,
): readonly FormField[] {
  if (!isPossible) return []
  return [{ name: 'trust', label: trustDevice, type: 'checkbox', autocomplete: 'off' }]
}
