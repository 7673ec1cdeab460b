/** Pages that mails lead to, and forms that ask for a mail. */
import { callPublic } from './api.ts'
import { config } from './config.ts'
import { complain, find, say, setShown } from './dom.ts'
import { onSubmit, type Values } from './form.ts'
import { askForResetCode, keepHandle } from './mailed-code.ts'

/** Binds these pages, whichever is shown. */
export function driveMailLinks(): void {
  driveMailRequests()
  driveLinkedPages()
}

function driveMailRequests(): void {
  onSubmit('forgot-password', {
    send: post('password/reset/'),
    done: (answer, form) => {
      form.reset()
      if (answer.body['handle'] !== undefined) {
        askForResetCode(answer)
        return
      }
      say(config.words.forgotDone)
    },
  })
  onSubmit('resend-email', {
    send: post('registration/resend-email/'),
    done: (answer, form) => {
      form.reset()
      if (answer.body['handle'] === undefined) {
        say(config.words.resendDone)
        return
      }
      keepHandle(answer)
      // The page that asks for the code; from the sign-in page the way leads there.
      if (find('confirm-code') === undefined) location.assign(config.verificationSentUrl)
      setShown('confirm-code', true)
      say(config.words.codeMailed)
    },
  })
}

function driveLinkedPages(): void {
  onSubmit('set-password', {
    send: post('password/reset/confirm/'),
    done: (_, form) => {
      form.hidden = true
      forgetLink()
      say(config.words.newPasswordDone)
    },
    refused: ({ body }) => {
      if (body['uid'] === undefined && body['token'] === undefined) return 'unexplained'
      return linkIsInvalid('set-password')
    },
  })
  onSubmit('confirm-email', {
    send: post('registration/verify-email/'),
    done: (_, form) => {
      form.hidden = true
      setShown('confirm-email-intro', false)
      setShown('confirm-email-done', true)
      forgetLink()
      say(config.words.confirmDone)
    },
    refused: ({ status }) => (status === 404 ? linkIsInvalid('confirm-email') : 'unexplained'),
  })
  onUndo('undo-email', 'emails/undo/')
  onUndo('undo-deletion', 'user/delete/undo/')
}

/** Binds a page that undoes something with the key of a mail. */
function onUndo(id: string, path: string): void {
  onSubmit(id, {
    send: post(path),
    done: (_, form) => {
      form.hidden = true
      setShown(`${id}-intro`, false)
      setShown(`${id}-done`, true)
      forgetLink()
    },
    refused: ({ body }) => (body['key'] === undefined ? 'unexplained' : linkIsInvalid(id)),
  })
}

function post(path: string): (values: Values) => ReturnType<typeof callPublic> {
  return (values) => callPublic('POST', config.api + path, values)
}

/** Replaces the form of a link that has been used or has expired by that message. */
function linkIsInvalid(id: string): 'explained' {
  setShown(id, false)
  setShown(`${id}-intro`, false)
  setShown(`${id}-again`, true)
  complain([config.words.linkInvalid])
  document.getElementById('alert')?.focus()
  return 'explained'
}

/** Removes the key from the address bar and the history: others may use the browser later. */
function forgetLink(): void {
  history.replaceState(undefined, '', config.signInUrl)
}
