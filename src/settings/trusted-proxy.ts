/**
 * Whether a proxy in front names the client. Without the setting no header is trusted: anyone can send
 * `X-Forwarded-For`.
 */
import type { Settings } from './table.ts'

const MIN_SECRET_BYTES = 32

/** Cloudflare's own header: what a client sends under its name does not arrive, and it is what counts anyway. */
const PLATFORM_HEADER = 'cf-connecting-ip'

/** Whether a request may come from a server that names its client. */
export function trustsProxy(settings: Settings): boolean {
  return namesHeader(settings) || settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0
}

function namesHeader({ ALLAUTH_TRUSTED_CLIENT_IP_HEADER: header }: Settings): boolean {
  return header !== undefined && header.toLowerCase() !== PLATFORM_HEADER
}

/** A proxy that is believed without a secret is everyone. */
export function trustedProxyFaults(settings: Settings): readonly string[] {
  const { TRUSTED_PROXY_SECRETS: secrets, DEV_MAILBOX } = settings
  const isShort = secrets.some((one) => new TextEncoder().encode(one).length < MIN_SECRET_BYTES)
  if (isShort) {
    return [
      `TRUSTED_PROXY_SECRETS must each have at least ${MIN_SECRET_BYTES} bytes; make one: openssl rand -base64 48`,
    ]
  }
  if (!trustsProxy(settings) || secrets.length > 0 || DEV_MAILBOX) return []
  const name = namesHeader(settings)
    ? 'ALLAUTH_TRUSTED_CLIENT_IP_HEADER'
    : 'ALLAUTH_TRUSTED_PROXY_COUNT'
  return [
    `${name} needs TRUSTED_PROXY_SECRETS, which the proxy sends as X-Trusted-Proxy-Secret: anybody could write the header. With nothing but Cloudflare in front, take it out`,
  ]
}
