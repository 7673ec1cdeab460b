/** What follows a successful first step in the browser: the destination, a second factor, or a mailed code. */
import { callPublic, type Answer } from './api.ts'
import { config } from './config.ts'
import { keepCredentials } from './credentials.ts'
import { find, findForm, say, sayNext, setShown } from './dom.ts'
import { onSubmit } from './form.ts'

/** A login that needs another step. Held in memory only: a reload starts over, and no token lies in storage. */
type Pending = { readonly token: string; readonly destination: string }

let pending: Pending | undefined

/** Continues after a login's answer: to its destination, or with its next step. */
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

/** Whether the answer asks for a second factor. */
export function asksForSecondStep(answer: Answer): boolean {
  return answer.body['mfa_required'] === true
}

/** Whether the answer asks for a mailed code. */
export function asksForMailedStep(answer: Answer): boolean {
  return answer.body['code_required'] === true
}

/** Binds the forms of further steps. */
export function driveSecondStep(): void {
  driveMailedStep()
  onSubmit('verify', {
    send: ({ code = '', trust }) =>
      callPublic('POST', `${config.api}mfa/verify/`, {
        ephemeral_token: pending?.token,
        code: code.replaceAll(/\s/g, ''),
        trust,
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
    send: ({ code, trust }) =>
      callPublic('POST', `${config.api}login/code/confirm/`, {
        handle: pending?.token,
        code,
        trust,
      }),
    done: (answer) => arrive(answer, pending?.destination),
    refused: ({ body }) => {
      if (body['handle'] === undefined) return 'unexplained'
      startOver(config.words.codeExpired)
      return 'explained'
    },
  })
  find('mailed-step-back')?.addEventListener('click', () => startOver(config.words.pleaseSignIn))
}

/** Where the page has no form for the first step, as after a provider, leads back to the sign-in page. */
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
