import { callPublic, type Answer } from './api.ts'
import { config } from './config.ts'
import { keepCredentials } from './credentials.ts'
import { find, findForm, say, sayNext, setShown } from './dom.ts'
import { onSubmit } from './form.ts'

/** A login whose first step is done. Kept nowhere but here: a reload starts again. */
type Pending = { readonly ephemeralToken: string; readonly destination: string }

let pending: Pending | undefined

/** Goes on with a login that was good: to where it leads, or to its second step. */
export function arrive(answer: Answer, destination = config.destination): void {
  if (asksForSecondStep(answer)) {
    pending = { ephemeralToken: String(answer.body['ephemeral_token']), destination }
    setShown('first-step', false)
    setShown('second-step', true)
    find('verify-code')?.focus()
    return
  }
  keepCredentials(answer.body)
  location.assign(destination)
}

/** Whether a login's answer is only that of its first step. */
export function asksForSecondStep(answer: Answer): boolean {
  return answer.body['mfa_required'] === true
}

/** Drives the second step of a login. */
export function driveSecondStep(): void {
  onSubmit('verify', {
    send: ({ code = '' }) =>
      callPublic('POST', `${config.api}mfa/verify/`, {
        ephemeral_token: pending?.ephemeralToken,
        code: code.replaceAll(/\s/g, ''),
      }),
    done: (answer) => arrive(answer, pending?.destination),
    refused: ({ body }) => {
      if (body['ephemeral_token'] === undefined) return 'untold'
      startOver(config.words.secondStepExpired)
      return 'told'
    },
  })
  find('second-step-back')?.addEventListener('click', () => startOver(config.words.pleaseSignIn))
}

/** A page without the first step, where a provider led to, goes back to it. */
function startOver(message: string): void {
  pending = undefined
  findForm('verify')?.reset()
  if (find('first-step') === undefined) {
    sayNext(message, 'plain')
    location.replace(config.signInUrl)
    return
  }
  setShown('second-step', false)
  setShown('first-step', true)
  say(message, 'plain')
  document.querySelector<HTMLElement>('#first-step input, #first-step button')?.focus()
}
