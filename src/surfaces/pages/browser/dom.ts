/**
 * Finding elements of the page and announcing messages. The server writes the markup; this script only shows, hides
 * and fills it, always as text (XSS).
 */

/** The element with an id; `undefined` where this page has none. */
export function find(id: string): HTMLElement | undefined {
  return document.getElementById(id) ?? undefined
}

/** The form of an id. */
export function findForm(id: string): HTMLFormElement | undefined {
  const element = find(id)
  return element instanceof HTMLFormElement ? element : undefined
}

/** Shows and hides an element. */
export function setShown(id: string, isShown: boolean): void {
  const element = find(id)
  if (element !== undefined) element.hidden = !isShown
}

/** Whether a message reports success or only what comes next. */
type Tone = 'good' | 'plain'

/** Announces a success, or what comes next; screen readers read it out (`role=status`). */
export function say(message: string, tone: Tone = 'good'): void {
  sayIn('alert', '', '')
  sayIn('notice', message, tone)
}

/** Where errors appear: inside the open dialog, if there is one, because the page behind it is inert. */
export function alertBox(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>('dialog[open] [role="alert"]') ?? find('alert')
}

/** Shows errors and moves the focus to them (WCAG 3.3.1). */
export function complain(messages: readonly string[]): void {
  sayIn('notice', '', '')
  const box = sayIn(alertBox()?.id ?? '', '', 'bad')
  for (const message of messages) {
    const line = document.createElement('p')
    line.textContent = message
    box?.append(line)
  }
}

/** Removes messages. */
export function hush(): void {
  sayIn('notice', '', '')
  sayIn(alertBox()?.id ?? '', '', '')
}

function sayIn(id: string, message: string, kind: Tone | 'bad' | ''): HTMLElement | undefined {
  const box = find(id)
  if (box === undefined) return undefined
  box.textContent = message
  box.className = kind === '' ? '' : `notice ${kind}`
  if (kind !== '') box.scrollIntoView({ block: 'nearest' })
  return box
}

/** Leaves a message for the page that comes next. */
export function sayNext(message: string, tone: Tone): void {
  sessionStorage.setItem(NEXT, JSON.stringify([message, tone]))
}

const NEXT = 'rest-auth-edge-notice'

/** Shows the message that the previous page left. */
export function sayFromBefore(): void {
  const left = sessionStorage.getItem(NEXT)
  sessionStorage.removeItem(NEXT)
  if (left === null) return
  const [message, tone] = JSON.parse(left) as [string, Tone] // only `sayNext` writes it
  say(message, tone)
}
