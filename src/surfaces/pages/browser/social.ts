/**
 * Buttons of providers, and the page where providers send people back to. State and verifier stay in
 * `sessionStorage`, so only the tab that left can finish the login (login CSRF).
 */
import { callAsUser, callPublic, type Answer } from './api.ts'
import { arrive } from './arrive.ts'
import { config } from './config.ts'
import { find, findForm, sayNext, setShown } from './dom.ts'
import { askFor, bodyOf, given, inputsOf, onSubmit, showFaults } from './form.ts'
import { remembered } from './remember.ts'
import { keepHandle } from './mailed-code.ts'

/** What must be remembered while the user is at the provider. */
type Errand = {
  readonly verifier: string
  readonly purpose: 'sign-in' | 'connect'
  readonly destination: string
  readonly remember?: boolean
}

const KEY = 'rest-auth-edge-provider'

/** Binds the buttons, and finishes a login that comes back. */
export function driveSocial(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-provider]')) {
    button.addEventListener('click', () => void leave(button))
  }
  const callback = find('social-callback')
  if (callback !== undefined) void comeBack(callback.dataset['path'] ?? '')
}

async function leave({ dataset }: HTMLButtonElement): Promise<void> {
  const path = dataset['provider'] ?? ''
  const redirectUri = encodeURIComponent(dataset['callback'] ?? '')
  const answer = await callPublic(
    'GET',
    `${config.api}${path}authorize/?redirect_uri=${redirectUri}`,
  )
  if (!answer.isOk) {
    showFaults(undefined, answer)
    return
  }
  const errand: Errand = {
    verifier: String(answer.body['code_verifier']),
    purpose: dataset['purpose'] === 'connect' ? 'connect' : 'sign-in',
    destination: dataset['destination'] ?? config.accountUrl,
    ...remembered(),
  }
  sessionStorage.setItem(KEY, JSON.stringify(errand))
  location.assign(String(answer.body['authorization_url']))
}

/** Finishes the login. The verifier proves that this browser began it (PKCE, RFC 7636). */
async function comeBack(path: string): Promise<void> {
  const errand = readErrand()
  const query = new URLSearchParams(location.search)
  const code = query.get('code')
  if (errand === undefined || code === null) {
    sayNext(config.words.pleaseSignIn, 'plain')
    location.replace(config.signInUrl)
    return
  }
  const { verifier, remember } = errand
  const proof = { code, state: query.get('state'), code_verifier: verifier }
  const body = remember === undefined ? proof : { ...proof, remember }
  const isConnecting = errand.purpose === 'connect'
  const call = isConnecting ? callAsUser : callPublic
  const answer = await call('POST', `${config.api}${path}${isConnecting ? 'connect/' : ''}`, body)
  history.replaceState(undefined, '', location.pathname)
  const waiting = find('social-callback')
  if (waiting !== undefined) waiting.hidden = true
  if (answer.body['signup_token'] !== undefined && !isConnecting) askForMore(answer, errand)
  else if (answer.body['handle'] !== undefined && !answer.isOk) waitForMail(answer)
  else if (!answer.isOk) showFaults(undefined, answer)
  else if (isConnecting) location.replace(config.accountUrl)
  else arrive(answer, errand.destination)
}

/** The provider does not say all: what is typed goes along with the token that represents its response. */
function askForMore({ body }: Answer, { destination, remember }: Errand): void {
  const form = findForm('social-signup')
  const wantsAddress = body['code'] === 'email_missing'
  if (form === undefined) return
  askFor(form, (name) => name !== 'email' || wantsAddress)
  setShown('social-email-intro', wantsAddress)
  setShown('social-email', true)
  inputsOf(form)
    .find(({ disabled }) => !disabled)
    ?.focus()
  onSubmit('social-signup', {
    send: (values) =>
      callPublic(
        'POST',
        `${config.api}social/signup/`,
        bodyOf(form, {
          signup_token: String(body['signup_token']),
          ...given(form, values),
          ...(remember === undefined ? {} : { remember: String(remember) }),
        }),
      ),
    done: (answer) => arrive(answer, destination),
    refused: (answer) => {
      const messages: readonly unknown[] = Object.values(answer.body).flat()
      if (!messages.includes(config.unverified)) return 'unexplained'
      waitForMail(answer)
      return 'explained'
    },
  })
}

/** The account exists, and waits for the link or the code of a mail. */
function waitForMail(answer: Answer): void {
  keepHandle(answer)
  location.assign(config.verificationSentUrl)
}

function readErrand(): Errand | undefined {
  const text = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  return text === null ? undefined : (JSON.parse(text) as Errand) // only `leave` writes it
}
