import { callPublic, type Answer } from './api.ts'
import { config } from './config.ts'
import { keepCredentials } from './credentials.ts'
import { find, findForm, say, sayNext, setShown } from './dom.ts'
import { onSubmit } from './form.ts'

/** A login whose first step is done, and what goes on with it. Kept nowhere but here: a reload starts again. */
type Pending = { readonly token: string; readonly destination: string }

let pending: Pending | undefined

/** Goes on with a login that was good: to where it leads, or to its second step. */
export function arrive(answer: Answer, destination = config.destination): void {
  setShown('mailed-step', false)
  if (asksForMailedStep(answer)) {
    pending = { token: String(answer.body['handle']), destination }
    setShown('first-step', false)
    setShown('mailed-step', true)
    say(config.words.codeMailed)
    find('confirm-login-code')?.focus()
    return
  }
  if (asksForSecondStep(answer)) {
    pending = { token: String(answer.body['ephemeral_token']), destination }
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

/** Whether it wants the code of a mail first. */
export function asksForMailedStep(answer: Answer): boolean {
  return answer.body['code_required'] === true
}

/** Drives the further steps of a login. */
export function driveSecondStep(): void {
  driveMailedStep()
  onSubmit('verify', {
    send: ({ code = '' }) =>
      callPublic('POST', `${config.api}mfa/verify/`, {
        ephemeral_token: pending?.token,
        code: code.replaceAll(/\s/g, ''),
      }),
    done: (answer) => arrive(answer, pending?.destination),
    refused: ({ body }) => {
      if (body['ephemeral_token'] === undefined) return 'unexplained'
      startOver(config.words.secondStepExpired)
      return 'explained'
    },
  })
  find('second-step-back')?.addEventListener('click', () => startOver(config.words.pleaseSignIn))
}

function driveMailedStep(): void {
  onSubmit('confirm-login', {
    send: ({ code }) =>
      callPublic('POST', `${config.api}login/code/confirm/`, { handle: pending?.token, code }),
    done: (answer) => arrive(answer, pending?.destination),
    refused: ({ body }) => {
      if (body['handle'] === undefined) return 'unexplained'
      startOver(config.words.codeExpired)
      return 'explained'
    },
  })
  find('mailed-step-back')?.addEventListener('click', () => startOver(config.words.pleaseSignIn))
}

/** A page without the first step, where a provider led to, goes back to it. */
function startOver(message: string): void {
  pending = undefined
  findForm('verify')?.reset()
  findForm('confirm-login')?.reset()
  if (find('first-step') === undefined) {
    sayNext(message, 'plain')
    location.replace(config.signInUrl)
    return
  }
  setShown('mailed-step', false)
  setShown('second-step', false)
  setShown('first-step', true)
  say(message, 'plain')
  document.querySelector<HTMLElement>('#first-step input, #first-step button')?.focus()
}
