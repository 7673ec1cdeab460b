/**
 * Signing in to the page with password and code. Passkeys and providers are on the built-in sign-in page, to which
 * it links.
 */
import { callAsUser, callPublic, onProveAgain } from './api.ts'
import { config, words } from './config.ts'
import { forgetCredentials, keepCredentials } from './credentials.ts'
import { ask } from './dialog.ts'
import { field, h, showStatus } from './dom.ts'

/** The sign-in form, with the second step where there is one. */
export function signInView(signedIn: () => void): HTMLElement {
  const login = h('input', { name: config.loginField, autocomplete: 'username', required: true })
  const password = h('input', {
    name: 'password',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  })
  const form = h(
    'form',
    { class: 'card narrow' },
    h('h1', {}, words.signIn),
    h('p', {}, words.signInIntro),
    field(words.usernameOrEmail, login),
    field(words.password, password),
    h('button', { type: 'submit' }, words.signIn),
    config.signInUrl !== undefined &&
      h('p', {}, h('a', { href: config.signInUrl }, words.usualSignIn)),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void signIn(login.value, password.value).then((isSignedIn) => {
      if (isSignedIn) return signedIn()
      showStatus(words.badLogin, 'bad')
      password.focus()
    })
  })
  return form
}

/** First step; resolves to whether the caller is signed in. */
async function signIn(login: string, password: string): Promise<boolean> {
  const name = login.includes('@') ? 'email' : config.loginField
  let answer = await callPublic('login/', { [name]: login, password })
  const { handle } = answer.body
  if (typeof handle === 'string') {
    const code = await askForCode()
    if (code === undefined) return false
    answer = await callPublic('login/code/confirm/', { handle, code })
  }
  const ephemeral = answer.body['ephemeral_token']
  if (typeof ephemeral === 'string') {
    const code = await askForCode()
    if (code === undefined) return false
    answer = await callPublic('mfa/verify/', { ephemeral_token: ephemeral, code })
  }
  if (answer.status !== 200) return false
  keepCredentials(answer.body)
  return true
}

/** Asks for the code of the second factor. */
async function askForCode(): Promise<string | undefined> {
  const code = h('input', { name: 'code', autocomplete: 'one-time-code', required: true })
  const given = await ask({
    title: words.signIn,
    text: words.signInIntro,
    action: words.continueAction,
    more: field(words.code, code),
  })
  return textOf(given, 'code')
}

/** Asks for the password again when the API requires a recent proof. */
export function installProveAgain(): void {
  onProveAgain(async (flows) => {
    const wantsCode = JSON.stringify(flows ?? []).includes('mfa_reauthenticate')
    const name = wantsCode ? 'code' : 'password'
    const input = h('input', {
      name,
      required: true,
      type: wantsCode ? 'text' : 'password',
      autocomplete: wantsCode ? 'one-time-code' : 'current-password',
    })
    const given = await ask({
      title: words.proveTitle,
      text: words.proveIntro,
      action: words.continueAction,
      more: field(wantsCode ? words.code : words.password, input),
    })
    const text = textOf(given, name)
    if (text === undefined) return false
    const { status } = await callAsUser('POST', 'reauthenticate/', { [name]: text })
    if (status !== 200) showStatus(words.badLogin, 'bad')
    return status === 200
  })
}

/** Ends the login at the service and forgets the credentials. */
export async function signOut(): Promise<void> {
  await callAsUser('POST', 'logout/', {})
  forgetCredentials()
}

function textOf(form: FormData | undefined, name: string): string | undefined {
  const value = form?.get(name)
  return typeof value === 'string' ? value : undefined
}
