import type { Answer } from './api.ts'
import { showFaults } from './form.ts'

/** What a button of a line is called, and what it does. */
export type Act = { readonly name: string; readonly run: () => Promise<void> | void }

/** One line of a list; its buttons are named after the line, too, for those who hear them alone. */
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

/** Goes on where a change went well, and says what went wrong otherwise. */
export async function afterSuccess(done: Answer, next: () => Promise<void> | void): Promise<void> {
  if (done.isOk) await next()
  else showFaults(undefined, done)
}
