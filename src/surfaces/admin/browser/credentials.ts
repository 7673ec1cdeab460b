import { config } from './config.ts'

/** What a login's body gave, where cookies do not carry it. The built-in pages keep theirs in the same place. */
type Stored = { readonly access?: string; readonly refresh?: string }

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

/** The header by which a request says who it is from. */
export function authorization(): Readonly<Record<string, string>> {
  const { access } = readCredentials()
  if (config.access.kind === 'cookie' || access === undefined) return {}
  return { [config.access.name]: `${config.access.scheme} ${access}` }
}
