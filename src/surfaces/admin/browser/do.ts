/** Buttons that do something by one call and say what came of it. */
import { call, faultOf } from './api.ts'
import { words } from './config.ts'
import { h, showStatus } from './dom.ts'

/** A call, and what to reload after it. */
type Act = {
  readonly path: string
  readonly body?: unknown
  readonly afterwards: () => void | Promise<void>
}

/** Makes the call, and says what came of it. */
export async function perform({ path, body, afterwards }: Act): Promise<void> {
  const answer = await call('POST', path, body)
  const fault = faultOf(answer)
  if (fault !== undefined) return showStatus(fault, 'bad')
  await afterwards()
  const { changed, replayed } = answer.body
  showStatus(changed === false || replayed === 0 ? words.unchanged : words.done)
}

/** A button for it; `about` tells screen readers which row it belongs to. */
export function actButton(label: string, about: string, act: () => void): HTMLElement {
  return h(
    'button',
    { type: 'button', class: 'plain', 'aria-label': `${label}: ${about}`, onclick: act },
    label,
  )
}

/** Comma-separated names as a list. */
export function namesOf(text: unknown): readonly string[] {
  return String(text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
