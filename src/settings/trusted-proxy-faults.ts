/** Checks of settings about proxies. */
import { isLongEnough, MIN_SECRET_BYTES } from './secret-key.ts'
import type { Settings } from './table.ts'
import { namesHeader, trustsProxy } from './trusted-proxy.ts'

/** A proxy that is believed without a secret is everyone. */
export function trustedProxyFaults(settings: Settings): readonly string[] {
  const { TRUSTED_PROXY_SECRETS: secrets, DEV_MAILBOX } = settings
  const isShort = secrets.some((one) => !isLongEnough(one))
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
