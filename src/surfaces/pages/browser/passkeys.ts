/** The list of passkeys on the security page: add, rename, delete. */
import { callAsUser, type Answer } from './api.ts'
import { config } from './config.ts'
import { complain, find, findForm, say, setShown } from './dom.ts'
import { onSubmit } from './form.ts'
import { afterSuccess, item } from './list.ts'
import { dateOf, words } from './security-words.ts'
import { loadOwn, type Loaded } from './signed-in.ts'
import { createPasskey, knowsPasskeys } from './webauthn.ts'

const url = `${config.api}passkeys/`

type Passkey = Answer['list'][number]

/** Loads and shows the passkeys. */
export async function loadPasskeys(): Promise<Loaded> {
  const list = find('passkeys')
  if (list === undefined) return 'loaded'
  return loadOwn(url, (answer) => {
    const lines = answer.list.map(line)
    list.replaceChildren(...(lines.length > 0 ? lines : [item(words.passkeysEmpty)]))
  })
}

/** Binds the form that adds one. */
export function drivePasskeys(): void {
  if (!knowsPasskeys()) {
    setShown('passkey-add', false)
    setShown('passkeys-unsupported', true)
    return
  }
  onSubmit('passkey-add', {
    send: add,
    done: async (_, form) => {
      form.reset()
      await loadPasskeys()
      say(words.passkeyAdded)
    },
  })
}

async function add({ name = '' }: Readonly<Record<string, string>>): Promise<Answer> {
  const begun = await callAsUser('POST', `${url}register/begin/`, {})
  if (!begun.isOk) return begun
  const named = name.trim() === '' ? {} : { name: name.trim() }
  try {
    const credential = await createPasskey(begun.body)
    return await callAsUser('POST', `${url}register/complete/`, { credential, ...named })
  } catch (error) {
    // `InvalidStateError` (WebAuthn L3 §5.1.3): this authenticator already has a passkey of the account.
    const isThere = error instanceof DOMException && error.name === 'InvalidStateError'
    const detail = isThere ? words.passkeyExists : words.passkeyNotAdded
    return { status: 400, isOk: false, body: { detail }, list: [] }
  }
}

function line(passkey: Passkey): HTMLElement {
  const name = String(passkey['name'])
  const own = item(name, [
    { name: words.rename, run: () => edit(own, passkey) },
    { name: words.remove, run: () => remove(passkey) },
  ])
  const facts = document.createElement('small')
  const used = dateOf(passkey['last_used_at'])
  facts.textContent = [
    words.passkeySince.replace('{0}', () => dateOf(passkey['created_at'])),
    ...(used === '' ? [] : [words.passkeyUsed.replace('{0}', () => used)]),
  ].join(' · ')
  own.firstElementChild?.append(document.createElement('br'), facts)
  return own
}

async function remove(passkey: Passkey): Promise<void> {
  const name = String(passkey['name'])
  if (!globalThis.confirm(words.passkeyDeleteAsk.replace('{0}', () => name))) return
  const done = await callAsUser('DELETE', `${url}${String(passkey['id'])}/`)
  await afterSuccess(done, async () => {
    await loadPasskeys()
    say(words.passkeyDeleted)
    findForm('passkey-add')?.querySelector('button')?.focus()
  })
}

/** Turns a line into a form: Enter saves, Escape cancels. */
function edit(own: HTMLElement, passkey: Passkey): void {
  const form = document.createElement('form')
  form.noValidate = true
  const input = document.createElement('input')
  input.value = String(passkey['name'])
  input.setAttribute('aria-label', words.passkeyName)
  const save = button(words.profileAction, 'submit')
  const cancel = button(words.cancel, 'button')
  const goBack = (): void => {
    form.replaceWith(...before)
    own.querySelector('button')?.focus()
  }
  cancel.addEventListener('click', goBack)
  form.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') goBack()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void rename(passkey, input.value.trim())
  })
  const before = [...own.children]
  form.append(input, save, cancel)
  own.replaceChildren(form)
  input.select()
}

function button(text: string, type: 'button' | 'submit'): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = type
  made.className = 'secondary'
  made.textContent = text
  return made
}

async function rename(passkey: Passkey, name: string): Promise<void> {
  const done = await callAsUser('PATCH', `${url}${String(passkey['id'])}/`, { name })
  if (!done.isOk) {
    complain(Object.values(done.body).flat().map(String))
    return
  }
  await loadPasskeys()
  say(words.renamed)
}
