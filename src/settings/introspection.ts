/** Clients that may introspect tokens, with their secrets. */
import type { Meaning } from './meaning.ts'
import { structured, type Setting } from './setting.ts'

/** Clients that may introspect tokens: secrets by client id. */
export type IntrospectionClients = Readonly<Record<string, string>>

const MIN_SECRET_BYTES = 32

/** `INTROSPECTION_CLIENTS`: `{"api": "secret"}`. */
export function introspectionClients(meaning: Meaning): Setting<IntrospectionClients> {
  return structured(parseClients, {}, meaning)
}

function parseClients(raw: unknown): IntrospectionClients {
  if (raw === null || raw === '') return {}
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new Error('must be an object of secrets by client id: {"api": "…"}')
  }
  const clients: Record<string, string> = {}
  for (const [id, secret] of Object.entries(raw)) {
    if (id === '' || id.includes(':'))
      throw new Error('has a client id that is empty or has a colon')
    const isLong =
      typeof secret === 'string' && new TextEncoder().encode(secret).length >= MIN_SECRET_BYTES
    if (!isLong) {
      throw new Error(
        `must give ${id} a secret of at least ${MIN_SECRET_BYTES} bytes; make one: openssl rand -base64 48`,
      )
    }
    clients[id] = secret
  }
  return clients
}
