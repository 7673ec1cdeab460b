/**
 * Confirming an address and resetting a password by a mailed code. The code is useless without the handle, which
 * stays in this tab.
 */
import { callPublic, type Answer } from './api.ts'
import { config } from './config.ts'
import { find, findForm, say, setShown } from './dom.ts'
import { onSubmit } from './form.ts'
import { isCodeOver } from './mailed-login.ts'

const KEY = 'rest-auth-edge-handle'

/** Keeps the handle that a code needs, for the page that asks for the code. */
export function keepHandle({ body }: Answer): void {
  const { handle } = body
  if (typeof handle === 'string') sessionStorage.setItem(KEY, handle)
}

/** Binds both pages. */
export function driveMailedCodes(): void {
  setShown('confirm-code', sessionStorage.getItem(KEY) !== null)
  onSubmit('confirm-code', {
    send: ({ code }) =>
      callPublic('POST', `${config.api}registration/verify-email/`, {
        handle: sessionStorage.getItem(KEY),
        code,
      }),
    done: (_, form) => {
      sessionStorage.removeItem(KEY)
      form.hidden = true
      setShown('confirm-code-wait', false)
      setShown('confirm-email-done', true)
      say(config.words.confirmDone)
    },
    refused: endIfOver,
  })
  onSubmit('reset-code', {
    send: (values) =>
      callPublic('POST', `${config.api}password/reset/confirm/`, { ...values, handle }),
    done: (_, form) => {
      form.hidden = true
      say(config.words.newPasswordDone)
    },
    refused: endIfOver,
  })
}

let handle = ''

/** Goes to the page for the code of a reset. */
export function askForResetCode(answer: Answer): void {
  handle = String(answer.body['handle'])
  setShown('forgot-password', false)
  setShown('reset-code', true)
  say(config.words.codeMailed)
  find('reset-code-code')?.focus()
}

/** Ends the form where the code can no longer be valid. */
function endIfOver(answer: Answer): 'explained' | 'unexplained' {
  if (!isCodeOver(answer)) return 'unexplained'
  sessionStorage.removeItem(KEY)
  findForm('confirm-code')?.reset()
  setShown('confirm-code', false)
  setShown('reset-code', false)
  setShown('forgot-password', true)
  return 'explained'
}
