/**
 * The form in which addresses are compared: equal only when they are the same mailbox. The domain is taken
 * to ASCII (IDNA, UTS 46), the local part to ASCII lower case: `ı`, `ſ` and `ß` stay what they are, or
 * the owner of lınkedin.com would take over the accounts of linkedin.com (homograph takeover).
 */
export function foldEmail(address: string): string {
  return lowerAscii(asciiEmail(address))
}

/**
 * An address as it is stored: lower case as allauth has it, where that leaves the mailbox alone. `K` (the
 * Kelvin sign) in a local part is no `k`, and a capital `ẞ` in a domain is no `ss`.
 */
export function lowerEmail(address: string): string {
  const { local, domain } = splitEmail(address)
  const lower = domain.toLowerCase()
  const ascii = asciiDomain(domain)
  // `İ` grows: an address that was measured as it was typed stays as long.
  const isAsLong = lower.length === domain.length
  const isSame = isAsLong && ascii !== undefined && asciiDomain(lower) === ascii
  return lowerAscii(local) + (isSame ? lower : lowerAscii(domain))
}

/** An address as a mail server takes it: an internationalised domain in Punycode (RFC 5891 §4.4). */
export function asciiEmail(address: string): string {
  const { local, domain } = splitEmail(address)
  return local + (asciiDomain(domain) ?? domain)
}

/**
 * A domain in ASCII, small letters (UTS 46, non-transitional); `undefined` where it is no host name. The
 * URL parser does it, which takes more than names: no ASCII that means something to it is handed to it, and a
 * label behind the name keeps digits (`１２７.１`) from being read as an IPv4 address. Invisible characters that
 * UTS 46 ignores (a soft hyphen) name the same host as the domain without them.
 */
export function asciiDomain(domain: string): string | undefined {
  if (/^[\w.-]*$/.test(domain)) return lowerAscii(domain)
  if (!/^[\p{L}\p{M}\p{N}.\u00a1-\uffff-]+$/u.test(domain)) return undefined
  try {
    // The engines differ over the capital ẞ, which is ß since Unicode 15.1.
    const { hostname } = new URL(`http://${domain.replaceAll('\u1e9e', '\u00df')}${LAST_LABEL}`)
    return hostname.slice(0, -LAST_LABEL.length)
  } catch {
    return undefined
  }
}

const LAST_LABEL = '.a'

/** The part before the last `@`, the sign with it (a quoted local part may hold more), and the domain. */
function splitEmail(address: string): { readonly local: string; readonly domain: string } {
  const end = address.lastIndexOf('@') + 1
  return { local: address.slice(0, end), domain: address.slice(end) }
}

/** `A` to `Z` in lower case, as SQL's `lower()` has them, and nothing else. */
export function lowerAscii(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
