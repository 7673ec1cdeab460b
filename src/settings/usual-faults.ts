/** Checks of values that most deployments give: they are part of every start. */
import type { Settings } from './table.ts'
import { isUrl } from '../is-url.ts'

/** What is wrong with a text, completing "NAME …"; `undefined` where it can work. */
export type FaultOf = (text: string) => string | undefined

/** Where a service is reached: http or https, perhaps a path, and nothing behind it. */
export const httpUrlFault: FaultOf = (one) => {
  const url = /^https?:\/\/[^/]/i.test(one) && isUrl(one) ? new URL(one) : undefined
  if (url === undefined) return 'must be a URL like https://auth.example.com'
  const isBare = url.search === '' && url.hash === '' && url.username === ''
  return isBare ? undefined : `must have nothing behind the path: ${url.origin}${url.pathname}`
}

/** What the libSQL client connects to; a missing one is reported elsewhere. */
const databaseUrlFault: FaultOf = (one) => {
  if (one === '') return undefined
  const isKnown = /^(?:libsql|https?|wss?):\/\/[^/?#]/i.test(one) && isUrl(one)
  if (isKnown && !one.includes('#')) return undefined
  return 'must be a URL like libsql://NAME.turso.io or http://127.0.0.1:8080; a Worker has no files'
}

/** A secret that travels in a header. */
export const bearerFault: FaultOf = (one) =>
  /^[\x21-\x7e]+$/.test(one) ? undefined : 'must be one word of ASCII letters; copy it again'

/** One line for people. */
export const lineFault: FaultOf = (one) =>
  /\p{Cc}/u.test(one) ? 'must be one line, without control characters' : undefined

/** Sender of mails: an address, or a name and the address in angle brackets (RFC 5322 §3.4). */
const senderFault: FaultOf = (one) => {
  const address = /^[^<>]*<([^<>]*)>$/.exec(one)?.[1] ?? one
  const isAddress = /^[^\s@<>,]+@[^\s@<>,]+$/.test(address)
  return isAddress ? lineFault(one) : 'must be an address, or "Name <address@example.com>"'
}

/** What each of them must be, where it is not what it is by itself. */
export const USUAL_VALUES: Readonly<Record<string, FaultOf>> = {
  TURSO_DATABASE_URL: databaseUrlFault,
  TURSO_AUTH_TOKEN: bearerFault,
  RESEND_API_KEY: bearerFault,
  PUBLIC_URL: httpUrlFault,
  BRAND_NAME: lineFault,
  SITE_NAME: lineFault,
  DEFAULT_FROM_EMAIL: senderFault,
} satisfies Partial<Record<keyof Settings, FaultOf>>
