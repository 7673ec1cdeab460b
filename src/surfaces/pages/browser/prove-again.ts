/**
 * The dialog that asks for a fresh proof (step-up) when the API refuses a request for lack of one. The request is
 * repeated afterwards, so the user loses nothing that was typed.
 */
import { callAsUser, callPublic, onProofNeeded, type Answer } from './api.ts'
import { config } from './config.ts'
import { complain, find, findForm, setShown } from './dom.ts'
import { onSubmit, showFaults } from './form.ts'
import { getPasskey, knowsPasskeys } from './webauthn.ts'

const url = `${config.api}reauthenticate/`

/** Ends the asking: whether the proof was given. */
let finish: (isProved: boolean) => void = () => undefined

/** Registers the dialog, where the page has one. */
export function driveProveAgain(): void {
  const dialog = find('prove')
  if (!(dialog instanceof HTMLDialogElement)) return
  onProofNeeded((answer) => ask(dialog, answer))
  onSubmit('prove-password', { send: (values) => prove(values), done: proved })
  onSubmit('prove-code', {
    send: ({ code = '' }) => prove({ code: code.replaceAll(/\s/g, '') }),
    done: proved,
  })
  find('prove-passkey')?.addEventListener('click', () => void byPasskey())
  find('prove-cancel')?.addEventListener('click', () => dialog.close())
  // Escape closes it, too.
  dialog.addEventListener('close', () => finish(false))
}

/** Shows the forms for the proofs that the user can give; resolves to whether one was given. Escape cancels. */
function ask(dialog: HTMLDialogElement, answer: Answer): Promise<boolean> {
  const flows = flowsOf(answer)
  setShown('prove-password', flows.includes('reauthenticate'))
  setShown('prove-code', flows.includes('totp') || flows.includes('recovery_codes'))
  setShown('prove-passkey', flows.includes('webauthn') && knowsPasskeys())
  setShown('prove-elsewhere', flows.includes('provider_redirect'))
  for (const id of ['prove-password', 'prove-code']) findForm(id)?.reset()
  dialog.showModal()
  return new Promise((resolve) => {
    finish = (isProved) => {
      finish = () => undefined
      dialog.close()
      resolve(isProved)
    }
  })
}

/** The kinds of proof in the refusal. */
function flowsOf({ body }: Answer): readonly string[] {
  const flows: readonly unknown[] = Array.isArray(body['flows']) ? body['flows'] : []
  return flows.flatMap((flow) => {
    const { id, types } = Object(flow) as { readonly id?: unknown; readonly types?: unknown }
    return [String(id), ...(Array.isArray(types) ? types.map(String) : [])]
  })
}

function prove(body: unknown): Promise<Answer> {
  return callAsUser('POST', url, body)
}

function proved(): void {
  finish(true)
}

async function byPasskey(): Promise<void> {
  const begun = await callPublic('POST', `${config.api}passkeys/login/begin/`, {})
  if (!begun.isOk) {
    showFaults(undefined, begun)
    return
  }
  try {
    const credential = await getPasskey(begun.body, {})
    const answer = await prove({ credential, session_id: begun.body['session_id'] })
    if (answer.isOk) proved()
    else showFaults(undefined, answer)
  } catch {
    complain([config.words.passkeyFailed])
  }
}
