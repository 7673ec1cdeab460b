import { config } from './config.ts'

/** What a login's body gave, where cookies do not carry it. */
type Stored = { readonly access?: string; readonly refresh?: string }

const KEY = 'rest-auth-edge'

/** The stored credentials; other tabs see the same. */
export function readCredentials(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Stored // only `keepCredentials` writes it
  } catch {
    return {}
  }
}

/** Keeps what a login, a registration or a refresh answered. */
export function keepCredentials(body: Readonly<Record<string, unknown>>): void {
  if (config.access.kind === 'cookie') return
  const access = textOf(body['key'] ?? body['access'])
  if (access === '') return
  const refresh = textOf(body['refresh'] ?? readCredentials().refresh)
  localStorage.setItem(KEY, JSON.stringify({ access, ...(refresh === '' ? {} : { refresh }) }))
}

/** Forgets who was signed in. */
export function forgetCredentials(): void {
  localStorage.removeItem(KEY)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
