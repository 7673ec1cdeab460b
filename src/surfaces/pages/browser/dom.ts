/** The element of an id, which the server put into the page; `undefined` where this page has none. */
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

/** Whether what is said tells of a success, or only what is to be done. */
type Tone = 'good' | 'plain'

/** Says that something went well, or what comes next; screen readers hear it. */
export function say(message: string, tone: Tone = 'good'): void {
  sayIn('alert', '', '')
  sayIn('notice', message, tone)
}

/** Where what went wrong is said: behind an open dialog nobody would see it. */
export function alertBox(): HTMLElement | undefined {
  return document.querySelector<HTMLElement>('dialog[open] [role="alert"]') ?? find('alert')
}

/** Says what went wrong, and leads there. */
export function complain(messages: readonly string[]): void {
  sayIn('notice', '', '')
  const box = sayIn(alertBox()?.id ?? '', '', 'bad')
  for (const message of messages) {
    const line = document.createElement('p')
    line.textContent = message
    box?.append(line)
  }
}

/** Takes back what was said. */
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

/** What is said on the page that comes next. */
export function sayNext(message: string, tone: Tone): void {
  sessionStorage.setItem(NEXT, JSON.stringify([message, tone]))
}

const NEXT = 'rest-auth-edge-notice'

/** Says what the page before left to be said. */
export function sayFromBefore(): void {
  const left = sessionStorage.getItem(NEXT)
  sessionStorage.removeItem(NEXT)
  if (left === null) return
  const [message, tone] = JSON.parse(left) as [string, Tone] // only `sayNext` writes it
  say(message, tone)
}
