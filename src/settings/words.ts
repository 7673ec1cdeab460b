/** Checks of single values that several settings share: rates, tokens, header names, regions, secrets. */
import { webhookKey } from '../webhook-signature.ts'
import { parseScopeRate } from './rates.ts'
import type { FaultOf } from './usual-faults.ts'
import { isUrl } from '../is-url.ts'

/** How often something may be done, in DRF's notation. */
export const scopeRateFault: FaultOf = (one) =>
  parseScopeRate(one) === undefined ? 'must be a rate like 240/m' : undefined

/** A header's name or a method (RFC 9110 §5.6.2); anything else throws in the middle of an answer. */
export const tokenFault: FaultOf = (one) =>
  /^[!#$%&'*+\-.^_`|~\w]+$/.test(one) ? undefined : 'is no name of a header or a method'

/** A header's name as WSGI spells it. */
export const wsgiNameFault: FaultOf = (one) =>
  /^(?!HTTP_$)[A-Za-z0-9_-]+$/.test(one) ? undefined : 'must be a name like HTTP_AUTHORIZATION'

/** The first word of an Authorization header. */
export const headerTypeFault: FaultOf = (one) => tokenFault(one) && 'must be one word, like Bearer'

/** A region of AWS: it becomes part of a host. */
export const regionFault: FaultOf = (one) =>
  /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(one) ? undefined : 'must be a region like eu-central-1'

/** A secret of Standard Webhooks; what it is stays out of the message. */
export const webhookSecretFault: FaultOf = (one) =>
  webhookKey(one) === undefined
    ? 'must be whsec_ and the base64 of 24 to 64 random bytes: echo whsec_$(openssl rand -base64 32)'
    : undefined

/** Name and password in a URL; short ones are guessed. */
export const basicCredentialsFault: FaultOf = (one) =>
  /^[\w.-]+:[\w.~-]{24,}$/.test(one)
    ? undefined
    : 'must be NAME:PASSWORD with a password of 24 or more letters and digits: openssl rand -hex 24'

/** A topic of Amazon SNS: its region becomes part of a host. */
export const topicFault: FaultOf = (one) =>
  /^arn:aws(?:-[a-z-]+)?:sns:[a-z]{2}(?:-[a-z]+)+-\d{1,2}:\d{12}:[\w-]{1,256}$/.test(one)
    ? undefined
    : 'must be like arn:aws:sns:eu-central-1:123456789012:mails'

/** A regular expression of Python that JavaScript must read, and read alike. */
export const patternFault: FaultOf = (one) => {
  for (const [python, advice] of PYTHON_ONLY) {
    if (python.test(one)) return advice
  }
  if (isPattern(`^(?:${one})$`)) return undefined
  return 'is no regular expression of JavaScript; write one like https://[a-z]+\\.example\\.com'
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern).source !== ''
  } catch {
    return false
  }
}

const PYTHON_ONLY: readonly (readonly [RegExp, string])[] = [
  [/^\(\?[aiLmsux]+\)/, 'leave the flags out: browsers send origins in small letters'],
  [/\(\?P/, 'write (?<name>…) in place of (?P<name>…)'],
  [/\(\?#/, 'leave the comment out'],
  [/\\[AZz]/, 'write ^ and $ in place of \\A and \\Z'],
]

/** The path of a cookie (RFC 6265 §4.1.1). */
export const cookiePathFault: FaultOf = (one) =>
  /^\/[^;\s\p{Cc}]*$/u.test(one) ? undefined : 'must be a path that begins with /'

/** The domain of a cookie: a host, a dot before it is let go by browsers. */
export const cookieDomainFault: FaultOf = (one) => {
  const host = one.replace(/^[a-z]+:\/\//i, '').replace(/^\*?\./, '')
  const bare = host.split(/[/:]/)[0] ?? ''
  const ascii = isUrl(`https://${bare}`) ? new URL(`https://${bare}`).hostname : ''
  // Browsers take the text after a semicolon for the next attribute.
  const isHost = ascii !== '' && !ascii.includes(';')
  if (isHost && one.toLowerCase().replace(/^\./, '') === ascii) return undefined
  return `must be a domain, without scheme, port and path: ${ascii.split(';')[0] || 'example.com'}`
}
