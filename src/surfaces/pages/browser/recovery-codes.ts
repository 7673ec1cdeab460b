/** Recovery codes on the security page: show, download, copy, renew. */
import { callAsUser } from './api.ts'
import { config } from './config.ts'
import { find, say, setShown } from './dom.ts'
import { afterSuccess } from './list.ts'
import { words } from './security-words.ts'

const url = `${config.api}mfa/recovery-codes/`

/** Binds the recovery codes, and the buttons that copy text. */
export function driveRecoveryCodes(): void {
  find('recovery-show')?.addEventListener('click', () => void show())
  find('recovery-new')?.addEventListener('click', () => void makeNew())
  find('recovery-kept')?.addEventListener('click', () => {
    hideCodes()
    find('recovery-new')?.focus()
  })
  find('recovery-print')?.addEventListener('click', () => globalThis.print())
  for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) {
    button.addEventListener('click', () => void copy(button.dataset['copy'] ?? ''))
  }
}

/** Shows how many codes are left, where the API says so. */
export function showCodesLeft(left: unknown): void {
  const place = find('recovery-left')
  if (place === undefined) return
  place.textContent =
    typeof left === 'number' ? words.recoveryLeft.replace('{0}', () => String(left)) : ''
}

/** Shows codes that the user should store. */
export function showCodes(value: unknown): void {
  const codes: readonly unknown[] = Array.isArray(value) ? value : []
  find('recovery-codes')?.replaceChildren(
    ...codes.map((code) => {
      const line = document.createElement('li')
      line.textContent = String(code)
      return line
    }),
  )
  find('recovery-download')?.setAttribute('href', fileOf(codes))
  setShown('recovery-shown', true)
  find('recovery-codes')?.focus()
}

/** Removes them from the page. */
export function hideCodes(): void {
  setShown('recovery-shown', false)
  find('recovery-codes')?.replaceChildren()
}

/** The codes as a text file. */
function fileOf(codes: readonly unknown[]): string {
  const text = `${document.title}\n\n${codes.join('\n')}\n`
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
}

async function show(): Promise<void> {
  const answer = await callAsUser('GET', url)
  await afterSuccess(answer, () => showCodes(answer.body['codes']))
}

async function makeNew(): Promise<void> {
  if (!globalThis.confirm(words.recoveryNewAsk)) return
  const answer = await callAsUser('POST', `${url}regenerate/`)
  await afterSuccess(answer, () => {
    const { codes } = answer.body
    showCodesLeft(Array.isArray(codes) ? codes.length : undefined)
    say(words.recoveryNewDone)
    showCodes(codes)
  })
}

async function copy(id: string): Promise<void> {
  const lines = [...(find(id)?.querySelectorAll('li') ?? [])].map((line) => line.textContent)
  const text =
    lines.length > 0 ? lines.join('\n') : (find(id)?.textContent ?? '').replaceAll(' ', '')
  await navigator.clipboard.writeText(text)
  say(words.copied)
}
