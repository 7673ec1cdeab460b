/**
 * OpenID Connect Discovery: a provider's endpoints, from its metadata, cached. The issuer in it must be the
 * configured one (mix-up, RFC 9700 §4.4).
 */
import type { ProviderRequest, Rejected, Unavailable } from './provider.ts'
import { rejected, textOf } from './profile.ts'
import { recordOf, requestJson } from './request-json.ts'
import { isUrl } from '../../../is-url.ts'

/** How long an issuer's metadata is believed; endpoints hardly ever move. */
const LIFETIME_MS = 60 * 60_000
/** Issuers kept by an isolate. */
const MAX_ISSUERS = 20

/** Where an OpenID Connect issuer's endpoints are. */
type IssuerMetadata = {
  readonly issuer: string
  readonly authorizationUrl: string
  readonly tokenUrl: string
  readonly jwksUrl: string
  readonly userinfoUrl: string
  /** RFC 8414 §2: how the client may say who it is; Basic where nothing is said. */
  readonly tokenAuthMethods: readonly string[]
}

const known = new Map<string, { readonly metadata: IssuerMetadata; readonly fetchedAtMs: number }>()

/** Outcome of discovery. */
export type DiscoveryOutcome =
  | { readonly kind: 'metadata'; readonly metadata: IssuerMetadata }
  | Rejected
  | Unavailable

/**
 * Reads an issuer's metadata (OpenID Connect Discovery §4). The issuer it names must be the one that
 * was asked (§4.3), so no document can put another issuer in its place.
 */
export async function discover(
  attempt: Pick<ProviderRequest, 'fetch' | 'signal' | 'now'>,
  server: { readonly url: string; readonly issuer: string },
  during: Unavailable['during'],
): Promise<DiscoveryOutcome> {
  const url = wellKnownUrl(server.url)
  const hit = known.get(url)
  if (hit !== undefined && Math.abs(attempt.now.getTime() - hit.fetchedAtMs) < LIFETIME_MS) {
    return { kind: 'metadata', metadata: hit.metadata }
  }
  const answer = await requestJson(attempt, url, { during })
  if (answer.kind === 'unavailable') return answer
  const metadata = answer.status === 200 ? readMetadata(answer.json) : undefined
  if (metadata === undefined) return rejected('bad_answer')
  if (withoutSlash(metadata.issuer) !== withoutSlash(server.issuer)) return rejected('bad_answer')
  if (known.size >= MAX_ISSUERS) forgetOldest()
  known.set(url, { metadata, fetchedAtMs: attempt.now.getTime() })
  return { kind: 'metadata', metadata }
}

/** https everywhere; http on this machine, for development. */
export function isSecureUrl(url: string): boolean {
  if (!isUrl(url)) return false
  const { protocol, hostname } = new URL(url)
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1)$/.test(hostname))
  )
}

/** allauth: `OpenIDConnectProvider.wk_server_url`. */
function wellKnownUrl(url: string): string {
  if (url.includes('/.well-known/')) return url
  return `${withoutSlash(url)}/.well-known/openid-configuration`
}

/** The endpoints in a provider's metadata; all must be https. */
function readMetadata(json: unknown): IssuerMetadata | undefined {
  const data = recordOf(json) ?? {}
  const methods = data['token_endpoint_auth_methods_supported']
  const metadata = {
    issuer: textOf(data['issuer']),
    authorizationUrl: textOf(data['authorization_endpoint']),
    tokenUrl: textOf(data['token_endpoint']),
    jwksUrl: textOf(data['jwks_uri']),
    userinfoUrl: textOf(data['userinfo_endpoint']),
    tokenAuthMethods: Array.isArray(methods) ? methods.map(textOf) : ['client_secret_basic'],
  }
  const { authorizationUrl, tokenUrl, jwksUrl, userinfoUrl } = metadata
  const isWhole = [authorizationUrl, tokenUrl, jwksUrl].every(isSecureUrl)
  if (!isWhole || (userinfoUrl !== '' && !isSecureUrl(userinfoUrl))) return undefined
  return metadata
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}

/** Bounds the cache: settings may name many issuers. */
function forgetOldest(): void {
  const [oldest] = known.keys()
  if (oldest !== undefined) known.delete(oldest)
}
