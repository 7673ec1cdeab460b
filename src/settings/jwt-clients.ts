/** One of the operator's apps, and what its tokens contain; what it leaves out is said as in all others. */
export type JwtClient = {
  readonly id: string
  /** For which APIs its tokens are (RFC 7519 §4.1.3). */
  readonly aud?: string | readonly string[]
  readonly iss?: string
  /** From which field of the user `sub` is taken. */
  readonly sub?: string
  /** Where its pages are; none: anywhere. */
  readonly origins: readonly string[]
}

/** The claim that names the client for which a token was issued (RFC 9068 §2.2). */
export const CLIENT_CLAIM = 'client_id'

/** What says which clients there are. */
export type JwtClientSettings = { readonly JWT_CLIENTS: readonly JwtClient[] }

/** The client of an id; `undefined` where none is declared. */
export function findJwtClient(
  { JWT_CLIENTS }: JwtClientSettings,
  id: unknown,
): JwtClient | undefined {
  return JWT_CLIENTS.find((client) => client.id === id)
}

/** For which client a token is: `none` where it names none, `unknown` where it names one that is not declared any more. */
export function clientOfClaims(
  settings: JwtClientSettings,
  claims: Readonly<Record<string, unknown>>,
): JwtClient | 'none' | 'unknown' {
  const id = claims[CLIENT_CLAIM]
  // Without clients the claim means what its owner means by it.
  if (settings.JWT_CLIENTS.length === 0 || id === undefined) return 'none'
  return findJwtClient(settings, id) ?? 'unknown'
}

/**
 * Whether a page may ask for tokens of a client: where cookies hold them, all pages that the service trusts share them.
 * Programs send no `Origin`.
 */
export function mayAskFrom({ origins }: JwtClient, origin: string | null): boolean {
  return origin === null || origins.length === 0 || origins.includes(origin)
}

/** Reads `JWT_CLIENTS`: `{"shop": {"aud": "https://api.shop.example", "origins": ["https://shop.example"]}}`. */
export function parseJwtClients(raw: unknown): readonly JwtClient[] {
  if (raw === '' || raw === null) return []
  if (!isRecord(raw)) throw new Error('must be an object of clients by client_id')
  return Object.entries(raw).map(([id, client]) => {
    if (!/^[\x21-\x7e]{1,100}$/.test(id)) {
      throw new Error('has a client_id that is empty, longer than 100, or not of printable ASCII')
    }
    return parseClient(id, client)
  })
}

const NAMES = ['aud', 'iss', 'sub', 'origins']

function parseClient(id: string, raw: unknown): JwtClient {
  if (!isRecord(raw)) throw new Error(`must say of ${id} an object of ${NAMES.join(', ')}`)
  const unknown = Object.keys(raw).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw new Error(`says ${unknown} of ${id}; known: ${NAMES.join(', ')}`)
  const text = (name: string): string | undefined => {
    const value = raw[name]
    if (value === undefined || (typeof value === 'string' && value !== '')) return value
    throw new Error(`must give ${id} a text as ${name}`)
  }
  const texts = (name: string): readonly string[] => {
    const value: unknown = raw[name] ?? []
    const all: readonly unknown[] = Array.isArray(value) ? value : [undefined]
    const found = all.filter((one): one is string => typeof one === 'string' && one !== '')
    if (found.length === all.length) return found
    throw new Error(`must give ${id} a list of texts as ${name}`)
  }
  const aud = Array.isArray(raw['aud']) ? texts('aud') : text('aud')
  const [iss, sub] = [text('iss'), text('sub')]
  return {
    id,
    ...(aud === undefined || aud.length === 0 ? {} : { aud }),
    ...(iss === undefined ? {} : { iss }),
    ...(sub === undefined ? {} : { sub }),
    origins: texts('origins'),
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
