/** The client behind a trusted proxy, by the header that the settings name. */
import { constantTimeEqualText } from '../crypto.ts'
import { isIpAddress } from '../core/users/email-syntax.ts'
import type { Client } from '../deps.ts'
import type { Settings } from '../settings/parse.ts'

/** The settings that say whose word about clients counts. */
type ProxySettings = Pick<
  Settings,
  | 'ALLAUTH_TRUSTED_CLIENT_IP_HEADER'
  | 'ALLAUTH_TRUSTED_PROXY_COUNT'
  | 'DEV_MAILBOX'
  | 'TRUSTED_PROXY_SECRETS'
>

/** The header by which a server of the operator's own proves itself. */
const SECRET_HEADER = 'X-Trusted-Proxy-Secret'

/**
 * The client of a request that a server made for it (allauth: `get_client_ip`). The address that a server names is
 * believed only with one of `TRUSTED_PROXY_SECRETS`: otherwise a rate-limited client would write another one
 * (X-Forwarded-For spoofing). For all others, the platform names the client. The country would be the server's, so it
 * is not given.
 */
export function clientBehindProxy(
  settings: ProxySettings,
  request: Request,
  client: Client,
): Client {
  if (!isProved(settings, request)) return client
  const address = namedAddress(settings, request, client)
  return address === undefined ? client : { ...client, address, country: '', city: '' }
}

/** Whether the request comes from the proxy: by the shared secret, where one is set. */
function isProved(
  { TRUSTED_PROXY_SECRETS, DEV_MAILBOX }: ProxySettings,
  request: Request,
): boolean {
  // In development only the developer's machine sends requests.
  if (TRUSTED_PROXY_SECRETS.length === 0) return DEV_MAILBOX
  const given = request.headers.get(SECRET_HEADER) ?? ''
  return TRUSTED_PROXY_SECRETS.map((secret) => constantTimeEqualText(secret, given)).includes(true)
}

/** The client's address in the proxy's header. */
function namedAddress(
  settings: ProxySettings,
  request: Request,
  client: Client,
): string | undefined {
  const { ALLAUTH_TRUSTED_CLIENT_IP_HEADER: header, ALLAUTH_TRUSTED_PROXY_COUNT: count } = settings
  const named = header === undefined ? undefined : addressOf(request.headers.get(header) ?? '')
  if (named !== undefined) return named
  if (count === 0) return undefined
  const hops = forwardedFor(request)
  // Cloudflare adds its caller's address, which is no proxy of the operator's.
  if (hops.at(-1) === client.address) hops.pop()
  return addressOf(hops.at(-count) ?? '')
}

/** The hops of `X-Forwarded-For`; empty elements are none (RFC 9110 §5.6.1). */
function forwardedFor(request: Request): string[] {
  const header = request.headers.get('X-Forwarded-For') ?? ''
  return header
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
}

/**
 * The address in what a proxy writes: `192.0.2.1`, `192.0.2.1:8080`, `2001:db8::1`, `[2001:db8::1]:8080`, in quotes too
 * (RFC 7239 §6), without the zone of a link-local one (RFC 4007 §11). `undefined` for anything else, a list among it:
 * which of several is meant is not guessed.
 */
function addressOf(text: string): string | undefined {
  const bare = text.trim().replace(/^"([^"]*)"$/, '$1')
  const [, inBrackets, withPort] =
    /^(?:\[([^[\]]*)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/.exec(bare) ?? []
  const [address = ''] = (inBrackets ?? withPort ?? bare).split('%', 1)
  return isIpAddress(address) ? address : undefined
}

/** A hint for the operator about a 429 that one address got for several people, as far as the request shows it. */
export function sharedAddressHint(
  settings: ProxySettings,
  request: Request,
  client: Client,
): string | undefined {
  if (settings.TRUSTED_PROXY_SECRETS.length > 0) {
    return isProved(settings, request) || !request.headers.has(SECRET_HEADER)
      ? undefined
      : `${SECRET_HEADER} is none of TRUSTED_PROXY_SECRETS: the caller's own address was counted`
  }
  const isForwarded = forwardedFor(request).some((hop) => hop !== client.address)
  if (!isForwarded) return undefined
  return 'a proxy called, and its own address was counted for all its users: see ALLAUTH_TRUSTED_CLIENT_IP_HEADER and TRUSTED_PROXY_SECRETS'
}
