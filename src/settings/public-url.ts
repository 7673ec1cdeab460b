/** Checks of `PUBLIC_URL`, from which links in mails are made. */
import { stripEnd } from '../strip.ts'
import { isUrl } from '../is-url.ts'

/**
 * Names that exist only in a private network, or nowhere: RFC 6761 §6 (`localhost`, `test`, `invalid`), RFC 6762 §3 and
 * appendix G (`local` and what is used in its place), RFC 7686 (`onion`), RFC 8375 (`home.arpa`), RFC 9476 (`alt`), names
 * that ICANN keeps out of the root (`internal`, `corp`, `home`, `mail`), and what resolvers of clouds and offices use.
 * `example` stays: documents and tests use it, and it resolves nowhere.
 */
const PRIVATE_SUFFIXES = [
  'localhost',
  'localdomain',
  'domain',
  'test',
  'invalid',
  'local',
  'intranet',
  'internal',
  'private',
  'corp',
  'home',
  'lan',
  'mail',
  'localnet',
  'workgroup',
  'home.arpa',
  'ipv4only.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'onion',
  'alt',
  'consul',
  'kubernetes',
  'svc',
]

/** Public names whose purpose is to lead to any address, private ones among them. */
const REBINDING_SUFFIXES = [
  'nip.io',
  'sslip.io',
  'xip.io',
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'traefik.me',
  'lacolhost.com',
]

/**
 * What is wrong with a URL that an attacker's server must not turn against our own network (server-side request
 * forgery): https, a public name, no IP address, no credentials. `undefined` where it may be asked.
 */
export function publicUrlFault(text: string): string | undefined {
  if (!isUrl(text)) return 'must be a URL like https://crm.example.com/hooks'
  const url = new URL(text)
  if (url.protocol !== 'https:') return 'must begin with https://'
  if (url.username !== '' || url.password !== '') return 'must have no user and no password'
  if (url.hash !== '') return 'must have no #'
  const host = stripEnd(url.hostname, (character) => character === '.')
  // The parser has turned every spelling of an IPv4 address, octal and hexadecimal among them, into digits.
  if (host.startsWith('[') || /^[\d.]+$/.test(host)) return 'must have a name, not an address'
  if (!host.includes('.')) return 'must have a public name'
  const isPrivate = [...PRIVATE_SUFFIXES, ...REBINDING_SUFFIXES].some(
    (one) => host === one || host.endsWith(`.${one}`),
  )
  return isPrivate ? 'must have a public name' : undefined
}
