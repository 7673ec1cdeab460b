/**
 * Credentials of the page where cookies do not carry them, in `localStorage`. The built-in pages keep theirs in the same
 * place, so that a login on either counts for both. Scripts can read it; the page's policy lets no foreign one run (XSS).
 */
import { config } from './config.ts'

/** What a login's body held. */
type Stored = { readonly access?: string; readonly refresh?: string }

/** The same as that of the built-in pages. */
const KEY = 'rest-auth-edge'

/** The stored credentials. */
export function readCredentials(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Stored // only logins write it
  } catch {
    return {}
  }
}

/** Keeps what a login or a refresh answered. */
export function keepCredentials(body: Readonly<Record<string, unknown>>): void {
  const access = body['key'] ?? body['access']
  if (config.access.kind === 'cookie' || typeof access !== 'string') return
  const refresh = body['refresh'] ?? readCredentials().refresh
  localStorage.setItem(KEY, JSON.stringify({ access, ...(refresh === '' ? {} : { refresh }) }))
}

/** Forgets who was signed in. */
export function forgetCredentials(): void {
  localStorage.removeItem(KEY)
}

/** The header that authenticates a request; none where cookies do. */
export function authorization(): Readonly<Record<string, string>> {
  const { access } = readCredentials()
  if (config.access.kind === 'cookie' || access === undefined) return {}
  return { [config.access.name]: `${config.access.scheme} ${access}` }
}
