/** Signing in by a mailed code or link. */
import { callPublic, type Answer } from './api.ts'
import { arrive } from './arrive.ts'
import { config } from './config.ts'
import { complain, find, findForm, say, setShown } from './dom.ts'
import { askFor, bodyOf, given, onSubmit } from './form.ts'
import { remembered } from './remember.ts'

/** What a mailed code needs in addition; kept only here. */
let handle = ''

/** Binds both pages. */
export function driveMailedLogin(): void {
  onSubmit('login-code-request', {
    send: ({ email }) => callPublic('POST', `${config.api}login/code/request/`, { email }),
    done: (answer) => {
      handle = String(answer.body['handle'])
      showCodeForm(isAboutLogin)
      say(config.words.codeMailed)
      find('login-code-code')?.focus()
    },
  })
  onSubmit('login-code', {
    send: (values) => {
      const form = findForm('login-code')
      const body = bodyOf(form, { handle, ...given(form, values) })
      return callPublic('POST', `${config.api}login/code/confirm/`, body)
    },
    done: (answer) => arrive(answer),
    refused: (answer) => {
      if (!isCodeOver(answer)) {
        // The code is right, and makes an account, which needs more.
        if (Object.keys(answer.body).some(isAsked)) showCodeForm(() => true)
        return 'unexplained'
      }
      setShown('login-code', false)
      findForm('login-code')?.reset()
      return 'explained'
    },
  })
  driveLink()
}

function showCodeForm(isShown: (name: string) => boolean): void {
  const form = findForm('login-code')
  if (form === undefined) return
  form.hidden = false
  askFor(form, isShown)
}

/** A login needs only the code. */
function isAboutLogin(name: string): boolean {
  return name === 'code' || name === 'remember'
}

/** Whether a message is about a custom field, or a group of them. */
function isAsked(name: string): boolean {
  return (
    document.querySelector(`#login-code [name="${name}"], #login-code [name^="${name}."]`) !==
      null && !isAboutLogin(name)
  )
}

/** Whether the code can no longer be valid; shows that. */
export function isCodeOver({ body }: Answer): boolean {
  if (body['handle'] === undefined) return false
  complain([config.words.codeExpired])
  find('alert')?.focus()
  return true
}

/** Binds the page of the link, which waits for a click: mail scanners open links. */
function driveLink(): void {
  const form = find('login-link')
  if (form === undefined) return
  const show = (): void => {
    setShown('login-link-click', keyOfLink() !== '')
    setShown('login-link-ask', keyOfLink() === '')
  }
  show()
  addEventListener('hashchange', show)
  onSubmit('login-link', {
    send: () =>
      callPublic('POST', `${config.api}login/link/confirm/`, { key: keyOfLink(), ...remembered() }),
    done: (answer) => {
      forgetKey()
      arrive(answer)
    },
    refused: ({ body }) => {
      if (body['key'] === undefined) return 'unexplained'
      forgetKey()
      show()
      complain([config.words.linkInvalid])
      find('alert')?.focus()
      return 'explained'
    },
  })
  onSubmit('login-link-request', {
    send: ({ email }) => callPublic('POST', `${config.api}login/link/request/`, { email }),
    done: (_, asked) => {
      asked.reset()
      say(config.words.forgotDone)
    },
  })
}

function keyOfLink(): string {
  return location.hash.slice(1)
}

/** Removes the key from the address bar and the history. */
function forgetKey(): void {
  history.replaceState(undefined, '', location.pathname + location.search)
}
