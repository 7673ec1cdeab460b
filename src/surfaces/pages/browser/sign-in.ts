/** Signing in with a password, and signing up. */
import { callPublic, type Answer } from './api.ts'
import { arrive, asksForMailedStep } from './arrive.ts'
import { config } from './config.ts'
import { findForm, setShown } from './dom.ts'
import { bodyOf, given, onSubmit, type Values } from './form.ts'
import { keepHandle } from './mailed-code.ts'
import { remembered } from './remember.ts'

/** Binds both forms. */
export function driveSignIn(): void {
  onSubmit('sign-in', { send: signIn, done: (answer) => arrive(answer), refused: offerResend })
  onSubmit('sign-up', {
    send: (values) => {
      const form = findForm('sign-up')
      return callPublic('POST', `${config.api}registration/`, bodyOf(form, given(form, values)))
    },
    done: signedUp,
  })
}

/**
 * Logs in by a username or an address: what contains `@` is tried as an address, unless the API takes usernames
 * only.
 */
export async function logIn(name: string, password: string): Promise<Answer> {
  const url = `${config.api}login/`
  const takesUsername = config.loginFields.includes('username')
  const isEmail = config.loginFields.includes('email') && (name.includes('@') || !takesUsername)
  const more = { password, ...remembered() }
  if (!isEmail) return callPublic('POST', url, { username: name, ...more })
  const answer = await callPublic('POST', url, { email: name, ...more })
  if (!takesUsername || answer.body['email'] === undefined) return answer
  return callPublic('POST', url, { username: name, ...more })
}

/** Offers another verification mail to users whose address is not verified. */
function offerResend({ body }: Answer): 'unexplained' {
  const messages: readonly unknown[] = Object.values(body).flat()
  if (!messages.includes(config.unverified)) return 'unexplained'
  setShown('unverified', true)
  const login = document.querySelector<HTMLInputElement>('#sign-in [name="login"]')
  const email = document.querySelector<HTMLInputElement>('#resend-email [name="email"]')
  if (email !== null && login?.value.includes('@') === true) email.value = login.value
  return 'unexplained'
}

/** The page has one field for username and address, so the API's messages for either appear there. */
async function signIn({ login = '', password = '' }: Values): Promise<Answer> {
  const answer = await logIn(login, password)
  const { username, email, ...body } = answer.body
  const messages = username ?? email
  return messages === undefined ? answer : { ...answer, body: { ...body, login: messages } }
}

/** Continues after a sign-up: logged in, or waiting for a mail. */
async function signedUp(answer: Answer, form: HTMLFormElement): Promise<void> {
  if (asksForMailedStep(answer)) return arrive(answer)
  keepHandle(answer)
  const isLoggedIn = answer.status === 204 || answer.body['detail'] === undefined
  if (!isLoggedIn) {
    location.assign(config.verificationSentUrl + location.search)
  } else if (config.logInAfterSignUp) {
    const values = new FormData(form)
    const name = values.get('username') ?? values.get('email')
    arrive(await logIn(String(name), String(values.get('password1'))))
  } else {
    arrive(answer)
  }
}
