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

/** Says that something went well; screen readers hear it. */
export function say(message: string): void {
  sayIn('alert', '', '')
  sayIn('notice', message, 'good')
}

/** Says what went wrong, and leads there. */
export function complain(messages: readonly string[]): void {
  sayIn('notice', '', '')
  const box = sayIn('alert', '', 'bad')
  for (const message of messages) {
    const line = document.createElement('p')
    line.textContent = message
    box?.append(line)
  }
}

/** Takes back what was said. */
export function hush(): void {
  sayIn('notice', '', '')
  sayIn('alert', '', '')
}

function sayIn(id: string, message: string, kind: 'good' | 'bad' | ''): HTMLElement | undefined {
  const box = find(id)
  if (box === undefined) return undefined
  box.textContent = message
  box.className = kind === '' ? '' : `notice ${kind}`
  if (kind !== '') box.scrollIntoView({ block: 'nearest' })
  return box
}

/** What is said on the page that comes next. */
export function sayNext(message: string): void {
  sessionStorage.setItem('rest-auth-edge-notice', message)
}

/** Says what the page before left to be said. */
export function sayFromBefore(): void {
  const message = sessionStorage.getItem('rest-auth-edge-notice')
  sessionStorage.removeItem('rest-auth-edge-notice')
  if (message !== null) say(message)
}
