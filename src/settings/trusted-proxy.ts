/**
 * Whether a proxy in front names the client. Without the setting no header is trusted: anyone can send
 * `X-Forwarded-For`.
 */
import type { Settings } from './table.ts'

/** Cloudflare's own header: what a client sends under its name does not arrive, and it is what counts anyway. */
const PLATFORM_HEADER = 'cf-connecting-ip'

/** Whether a request may come from a server that names its client. */
export function trustsProxy(settings: Settings): boolean {
  return namesHeader(settings) || settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0
}

/** Whether one of its headers is believed, and not the platform's. */
export function namesHeader({ ALLAUTH_TRUSTED_CLIENT_IP_HEADER: header }: Settings): boolean {
  return header !== undefined && header.toLowerCase() !== PLATFORM_HEADER
}
