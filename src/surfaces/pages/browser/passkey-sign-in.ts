/** Signing in with a passkey: by a button, and by the form's autofill. */
import { callPublic, type Answer } from './api.ts'
import { arrive } from './arrive.ts'
import { config } from './config.ts'
import { complain, find, hush } from './dom.ts'
import { showFaults } from './form.ts'
import { remembered } from './remember.ts'
import { getPasskey, knowsPasskeys } from './webauthn.ts'

/** The browser's offer in the form's autofill: a page may have one request at a time. */
let offered: AbortController | undefined

/** Binds both ways, where the browser supports passkeys. */
export function drivePasskeySignIn(): void {
  const button = find('passkey-sign-in')
  if (button === undefined || !knowsPasskeys()) return
  button.hidden = false
  button.addEventListener('click', () => void signIn())
  void offer()
}

async function signIn(): Promise<void> {
  hush()
  offered?.abort()
  const begun = await begin(typedName())
  if (!begun.isOk) {
    showFaults(undefined, begun)
    return
  }
  try {
    const credential = await getPasskey(begun.body, {})
    await complete(credential, begun)
  } catch {
    complain([config.words.passkeyFailed])
    find('alert')?.focus()
    void offer()
  }
}

/** The part of a challenge's lifetime after which a new one is requested for the autofill. */
const FRESH = 0.8

/**
 * Conditional mediation (WebAuthn L3 §5.1.4): the browser offers passkeys in the autofill of the username, and
 * shows nothing before.
 */
async function offer(): Promise<void> {
  const isAvailable = PublicKeyCredential.isConditionalMediationAvailable?.()
  if (find('sign-in') === undefined || !((await isAvailable) ?? false)) return
  const abort = new AbortController()
  offered = abort
  const begun = await begin('')
  if (!begun.isOk || abort.signal.aborted) return
  const { timeout, ...options } = begun.body
  const renewal = setTimeout(() => abort.abort('renewed'), Number(timeout) * FRESH)
  try {
    const credential = await getPasskey(options, {
      mediation: 'conditional',
      signal: abort.signal,
    })
    await complete(credential, begun)
  } catch {
    // It was not used, or the button was pressed.
    if (abort.signal.reason === 'renewed') void offer()
  } finally {
    clearTimeout(renewal)
  }
}

function begin(name: string): Promise<Answer> {
  const isEmail = name.includes('@') && config.loginFields.includes('email')
  const named = name === '' ? {} : { [isEmail ? 'email' : 'username']: name }
  return callPublic('POST', `${config.api}passkeys/login/begin/`, named)
}

/** The typed name. Passkeys that are not discoverable can only be found by their account. */
function typedName(): string {
  const input = document.querySelector<HTMLInputElement>('#sign-in [name="login"]')
  return input?.value.trim() ?? ''
}

async function complete(credential: unknown, { body }: Answer): Promise<void> {
  const answer = await callPublic('POST', `${config.api}passkeys/login/complete/`, {
    credential,
    session_id: body['session_id'],
    ...remembered(),
  })
  if (answer.isOk) {
    arrive(answer)
    return
  }
  showFaults(undefined, answer)
  void offer()
}
