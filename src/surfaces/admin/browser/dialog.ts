/** Modal dialogs on the browser's own `<dialog>`, which traps the focus and closes with Escape. */
import { words } from './config.ts'
import { field, h, newId, type Child } from './dom.ts'

/** A question before something is done. */
export type Question = {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly isDangerous?: boolean
  /** A word that must be typed first. */
  readonly word?: string
  readonly more?: Child
}

/** Asks a question in a modal dialog; resolves to the form's values, or `undefined` where it was cancelled. */
export function ask(question: Question): Promise<FormData | undefined> {
  const titleId = newId()
  const typed = h('input', { name: 'typed', autocomplete: 'off', spellcheck: 'false' })
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: titleId }, question.title),
    h('p', {}, question.text),
    question.more,
    question.word !== undefined && field(`${words.typeName} ${question.word}`, typed),
    buttons(question, () => dialog.close()),
  )
  const dialog = h('dialog', { 'aria-labelledby': titleId }, form)
  let given: FormData | undefined
  form.addEventListener('submit', (event) => {
    if (question.word === undefined || typed.value.trim() === question.word) {
      given = new FormData(form)
      return
    }
    event.preventDefault()
    typed.setAttribute('aria-invalid', 'true')
    typed.focus()
  })
  return open(dialog).then(() => given)
}

/** Confirm and cancel; a dangerous action looks like one. */
function buttons({ action, isDangerous = false }: Question, cancel: () => void): HTMLElement {
  return h(
    'div',
    { class: 'row end' },
    h('button', { type: 'button', class: 'plain', onclick: cancel }, words.cancel),
    h('button', { type: 'submit', class: isDangerous ? 'danger' : undefined }, action),
  )
}

/** Opens a dialog, and removes it when it closes; the focus returns to where it was (WCAG 2.4.3). */
function open(dialog: HTMLDialogElement): Promise<void> {
  const before = document.activeElement
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
      resolve()
    })
  })
}

/** Shows something until it is closed. */
export function show(title: string, ...content: readonly Child[]): void {
  const titleId = newId()
  const dialog = h(
    'dialog',
    { 'aria-labelledby': titleId },
    h('h2', { id: titleId }, title),
    content,
    h(
      'div',
      { class: 'row end' },
      h('button', { type: 'button', onclick: () => dialog.close() }, words.close),
    ),
  )
  void open(dialog)
}
