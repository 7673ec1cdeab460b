/** The button that shows a typed password, so that people can use long ones (NIST SP 800-63B §3.1.1.2). */
import { config } from './config.ts'

/** An eye, drawn for these pages. */
const EYE =
  '<svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true"><path d="M2 10c4-6.6 12-6.6 16 0-4 6.6-12 6.6-16 0z"/><circle cx="10" cy="10" r="2.4"/></svg>'

/**
 * Puts that button beside each password. The text is hidden again before it is sent, because browsers offer to save
 * only password fields.
 */
export function driveReveal(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('input[type="password"]')) {
    const place = document.createElement('div')
    place.className = 'secret'
    input.replaceWith(place)
    place.append(input, revealButton(input))
  }
}

function revealButton(input: HTMLInputElement): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  button.innerHTML = EYE
  button.title = config.words.showPassword
  button.setAttribute('aria-label', config.words.showPassword)
  button.setAttribute('aria-controls', input.id)
  const show = (isShown: boolean): void => {
    input.type = isShown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(isShown))
  }
  show(false)
  button.addEventListener('click', () => show(input.type === 'password'))
  // Browsers remember as passwords only what is typed into such a field.
  input.form?.addEventListener('submit', () => show(false), { capture: true })
  return button
}
