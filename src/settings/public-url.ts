import { stripEnd } from '../strip.ts'
import { isUrl } from '../is-url.ts'

/** Names that only a private network knows (RFC 6762 §3, RFC 8375, RFC 6761 §6, and what clouds and offices use). */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'home.arpa',
  'onion',
]

/**
 * What is wrong with a URL that a stranger's server must not turn against our own network (server-side request forgery):
 * https, a public name, no address in digits, nobody's password. `undefined` where it may be asked.
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
  const isPrivate = PRIVATE_SUFFIXES.some((one) => host === one || host.endsWith(`.${one}`))
  return isPrivate ? 'must have a public name' : undefined
}
