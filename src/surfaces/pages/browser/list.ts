/** Lists on the account and security pages: a line of text with its buttons. */
import type { Answer } from './api.ts'
import { showFaults } from './form.ts'

/** A button of a line. */
export type Act = { readonly name: string; readonly run: () => Promise<void> | void }

/**
 * A line of a list. Its buttons' accessible names include the line's text: "Delete" alone says nothing in a screen
 * reader's list of buttons (WCAG 2.4.6).
 */
export function item(text: string, acts: readonly Act[] = []): HTMLLIElement {
  const line = document.createElement('li')
  const label = document.createElement('span')
  label.textContent = text
  line.append(label)
  if (acts.length === 0) return line
  const buttons = document.createElement('span')
  buttons.className = 'actions'
  buttons.append(
    ...acts.map(({ name, run }) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'secondary'
      button.textContent = name
      button.setAttribute('aria-label', `${name}: ${text}`)
      button.addEventListener('click', () => void run())
      return button
    }),
  )
  line.append(buttons)
  return line
}

/** Continues after a change that succeeded; otherwise shows what went wrong. */
export async function afterSuccess(done: Answer, next: () => Promise<void> | void): Promise<void> {
  if (done.isOk) await next()
  else showFaults(undefined, done)
}
