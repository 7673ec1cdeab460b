/** Many services in one Worker, chosen by host, each with its own database, secrets and settings. */
import type { ExecutionContext } from 'hono'
import { oncePer } from './once-per.ts'
import { SettingsError } from './settings/settings-error.ts'
import { fromJson, isNothing, parseStringList } from './settings/raw-value.ts'
import { misconfigured } from './surfaces/operations/misconfigured.ts'

/** Hosts, and the word that the names of each one's own variables begin with: `'auth.shop.example': 'SHOP'`. */
export type Tenants = Readonly<Record<string, string>>

/** What answers requests, and does what no request asks for. */
export type Handlers = {
  readonly fetch: (request: Request, env: object, context: ExecutionContext) => Promise<Response>
  readonly scheduled: (event: unknown, env: object, context: ExecutionContext) => Promise<void>
}

/** Never shared: with one of these in common, the accounts or tokens of one tenant would be another's. */
const OWN = [
  'SECRET_KEY',
  'SECRET_KEY_FALLBACKS',
  'TURSO_DATABASE_URL',
  'TURSO_AUTH_TOKEN',
  'PUBLIC_URL',
  'SIMPLE_JWT_SIGNING_KEY',
  'SIMPLE_JWT_VERIFYING_KEY',
  'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS',
]

/** What may not even be written twice, by what it does: an older key still verifies what it signed. */
const TELLING: readonly (readonly string[])[] = [
  ['SECRET_KEY', 'SECRET_KEY_FALLBACKS'],
  ['SIMPLE_JWT_SIGNING_KEY'],
  ['SIMPLE_JWT_VERIFYING_KEY', 'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS'],
  ['TURSO_DATABASE_URL'],
  // Without a signing key, SECRET_KEY signs.
  ['SIMPLE_JWT_SIGNING_KEY', 'SECRET_KEY', 'SECRET_KEY_FALLBACKS'],
]

/**
 * One Worker for many databases. A host that is declared has a service of its own, with the Worker's variables and, over
 * them, its own: `SHOP_TURSO_DATABASE_URL` is `TURSO_DATABASE_URL` there. Another host is refused (RFC 9110 §15.5.20): a
 * name that a client sends decides nothing but which of the declared ones is meant. `code` are the settings in code, which
 * each tenant has under its variables.
 */
export function byHost(handlers: Handlers, tenants: Tenants, code: object): Handlers {
  const tenancyOf = oncePer((env: object) => tenancy(env, tenants, code))
  return {
    fetch: async (request, env, context) => {
      const { envs, fault } = tenancyOf(env)
      const own = envs.get(new URL(request.url).host)
      if (own === undefined) return refuse()
      if (fault === undefined) return handlers.fetch(request, own, context)
      console.error(fault)
      return misconfigured(request, fault)
    },
    scheduled: async (event, env, context) => {
      const { envs, fault } = tenancyOf(env)
      if (fault !== undefined) throw new SettingsError(fault)
      // One that fails keeps no other from its work.
      const done = await Promise.allSettled(
        Array.from(envs.values(), (own) => handlers.scheduled(event, own, context)),
      )
      for (const one of done) if (one.status === 'rejected') throw one.reason
    },
  }
}

/** The variables of each host's tenant, and what is wrong with them together. */
function tenancy(env: object, tenants: Tenants, code: object) {
  const envs = new Map(
    Object.entries(tenants).map(([host, word]) => [host, envOf(env, word, tenants)]),
  )
  const read = Array.from(envs.values(), (own) => liftKeys({ ...code, ...own }))
  return { envs, fault: sharedSecret(read) }
}

/** The variables of one tenant: what is everyone's, then its own. Those of other tenants stay theirs. */
function envOf(env: object, word: string, tenants: Tenants): object {
  const all = Object.entries<unknown>({ ...env })
  const words = Object.values(tenants)
  const others = all.filter(([name]) => !words.some((one) => name.startsWith(`${one}_`)))
  const shared = Object.entries(liftKeys(Object.fromEntries(others)))
  const own = all
    .filter(([name]) => name.startsWith(`${word}_`))
    .map(([name, value]) => [name.slice(word.length + 1), value] as const)
  return {
    ...Object.fromEntries(shared.filter(([name]) => !OWN.includes(name))),
    ...liftKeys(Object.fromEntries(own)),
  }
}

/** Variables with the keys of simplejwt's table as variables of their own: in a table they are no less a tenant's. */
function liftKeys(env: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const table = Object.entries(tableOf(env['SIMPLE_JWT']))
  if (table.length === 0) return env
  const isKey = ([key]: readonly [string, unknown]) => OWN.includes(`SIMPLE_JWT_${key}`)
  const keys = table.filter(isKey).map(([key, value]) => [`SIMPLE_JWT_${key}`, value] as const)
  const rest = table.filter((entry) => !isKey(entry))
  return { ...Object.fromEntries(keys), ...env, SIMPLE_JWT: Object.fromEntries(rest) }
}

/** What a table of settings holds; one that cannot be read holds nothing, and is refused where settings are read. */
function tableOf(raw: unknown): object {
  try {
    const value = fromJson(raw)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  } catch {
    return {}
  }
}

/** What two tenants have in common that would make one of them of both. */
function sharedSecret(envs: readonly object[]): string | undefined {
  const shared = TELLING.find((variables) => {
    const all = envs.flatMap((env) => [...valuesOf(env, variables)])
    return new Set(all).size < all.length
  })
  if (shared === undefined) return undefined
  return `Two tenants have one ${shared.join(' or ')}: give each its own.`
}

/** What one tenant has of them, each value once. */
function valuesOf(env: object, variables: readonly string[]): ReadonlySet<string> {
  return new Set(
    variables.flatMap((name) => {
      const value: unknown = Reflect.get(env, name)
      if (isNothing(value)) return []
      if (name.endsWith('_FALLBACKS')) return keysOf(value)
      // What is no text (a binding) is no key, and refused where each tenant's settings are read.
      if (typeof value === 'object' || typeof value === 'function') return []
      const text = String(value)
      return [name === 'TURSO_DATABASE_URL' ? databaseOf(text) : barePem(text)]
    }),
  )
}

/** The same database over any protocol. */
function databaseOf(url: string): string {
  const [host = ''] = url
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split(/[/?#]/, 1)
  return host.replace(/^.*@/, '').replace(/\.?(?::(?:80|443))?$/, '')
}

/** The keys of a list, as the settings read it; what is no list is refused there. */
function keysOf(value: unknown): readonly string[] {
  try {
    return parseStringList(value).map(barePem)
  } catch {
    return []
  }
}

/** A key without its line ends, which differ with the way it is written. */
function barePem(key: string): string {
  return key.replaceAll(/\\[nr]|\s/g, '')
}

function refuse(): Response {
  return new Response(JSON.stringify({ detail: 'Not found.' }), {
    status: 421,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  })
}
