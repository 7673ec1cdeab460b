/** Django's `EmailValidator`, to the same verdicts. */
import { asciiDomain } from './email.ts'

/** Longest address that is looked at (RFC 3696 erratum 1690). */
const MAX_LENGTH = 320

// İ, ı, ſ and the Kelvin sign: Python's patterns take them for letters when case does not matter.
const ATOM = "[-!#$%&'*+/=?^_`{}|~0-9A-Z\u0130\u0131\u017f\u212a]+"
// Quoted local parts: any of the quotable characters, or a backslash and another one.
const QUOTED =
  '"(?:[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f!#-\\[\\]-\\x7f]|\\\\[\\x01-\\x09\\x0b\\x0c\\x0e-\\x7f])*"'
const LOCAL_PART = new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})$`, 'i')
// Django: `DomainNameValidator`. A name of the top level has letters alone, so that no number passes for a host.
const LETTER = 'A-Z\u00a1-\uffff'
const LABEL = `(?!-)[${LETTER}0-9-]{1,63}(?<!-)`
const TOP_LEVEL = `(?!-)(?:[${LETTER}-]{2,63}|xn--[A-Z0-9]{1,59})(?<!-)`
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.${TOP_LEVEL}$`, 'i')
const DOMAIN_LITERAL = /^\[([A-F0-9:.]+)\]$/i

/** Whether Django's `EmailValidator` takes the text as an e-mail address. */
export function isEmail(text: string): boolean {
  if (text.length > MAX_LENGTH) return false
  const at = text.lastIndexOf('@')
  if (at < 1) return false
  const domain = text.slice(at + 1)
  return LOCAL_PART.test(text.slice(0, at)) && (domain === 'localhost' || isDomain(domain))
}

/**
 * The same for an address that is to be kept, and mailed to. Django takes control characters in quotes, which terminals and
 * mail programs obey (escape sequences, header injection).
 */
export function isKeepableEmail(text: string): boolean {
  return !/[\x00-\x1f\x7f]/.test(text) && isEmail(text)
}

/** A host name, an internationalised one, or an address in brackets (RFC 5321 §4.1.3). */
function isDomain(domain: string): boolean {
  const literal = DOMAIN_LITERAL.exec(domain)?.[1]
  if (literal !== undefined) return isIpAddress(literal)
  // As a mail server is asked for it, too (UTS 46): what it could not be is no address, and full-width digits are a number.
  const ascii = asciiDomain(domain)
  return DOMAIN.test(domain) && ascii !== undefined && DOMAIN.test(ascii)
}

/** An IPv4 or IPv6 address, as Django's `validate_ipv46_address` takes it. */
export function isIpAddress(text: string): boolean {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)) return true
  if (!text.includes(':')) return false
  try {
    return new URL(`http://[${text}]`).hostname !== ''
  } catch {
    return false
  }
}
