/**
 * Credentials of the pages where cookies do not carry them, in `localStorage`. Scripts can read it; the pages'
 * policy lets no foreign one run (XSS). Deployments that want more use HttpOnly cookies.
 */
import { config } from './config.ts'

/** What a login's body held. */
type Stored = { readonly access?: string; readonly refresh?: string }

const KEY = 'rest-auth-edge'

/** The stored credentials, which all tabs share. */
export function readCredentials(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Stored // only `keepCredentials` writes it
  } catch {
    return {}
  }
}

/** Stores what a login, a registration or a refresh answered. */
export function keepCredentials(body: Readonly<Record<string, unknown>>): void {
  if (config.access.kind === 'cookie') return
  const access = textOf(body['key'] ?? body['access'])
  if (access === '') return
  const refresh = textOf(body['refresh'] ?? readCredentials().refresh)
  localStorage.setItem(KEY, JSON.stringify({ access, ...(refresh === '' ? {} : { refresh }) }))
}

/** Deletes them. */
export function forgetCredentials(): void {
  localStorage.removeItem(KEY)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
