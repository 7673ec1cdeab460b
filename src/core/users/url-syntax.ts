/** Django's `URLValidator`, for custom fields. */

const SCHEMES = new Set(['http', 'https', 'ftp', 'ftps'])
/** RFC 1034 §3.1, less the dots at both ends. */
const HOST_MAX_LENGTH = 253

/** Whether a text is an absolute URL of the web, as Django's `URLValidator` judges it. */
export function isUrl(text: string): boolean {
  if (/\s/.test(text)) return false
  const [, scheme = '', rest = ''] = /^([a-z0-9.+-]*):\/\/(.*)$/i.exec(text) ?? []
  if (!SCHEMES.has(scheme.toLowerCase())) return false
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const at = authority.lastIndexOf('@')
  if (at >= 0 && !isUserInfo(authority.slice(0, at))) return false
  return isHostAndPort(authority.slice(at + 1))
}

/** A name, and perhaps a password. */
function isUserInfo(text: string): boolean {
  const [name = '', ...passwords] = text.split(':')
  return name !== '' && passwords.length <= 1 && !text.includes('@')
}

function isHostAndPort(text: string): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
  if (port !== undefined && !/^\d{2,5}$/.test(port)) return false
  if (host.startsWith('[')) return isIpv6(host)
  return host.length <= HOST_MAX_LENGTH && (isIpv4(host) || isDomain(host))
}

/** The parser of URLs knows every spelling of an address (RFC 4291 §2.2). */
function isIpv6(host: string): boolean {
  return /^\[[0-9a-f:.]+\]$/i.test(host) && URL.canParse(`http://${host}/`)
}

function isIpv4(host: string): boolean {
  const parts = host.split('.')
  const isByte = (part: string) => /^[0-2]?\d?\d$/.test(part) && Number(part) <= 255
  return parts.length === 4 && parts.every(isByte)
}

/** Letters of any script, digits and hyphens; a last label of letters, or one of `localhost`. */
function isDomain(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  const labels = (host.endsWith('.') ? host.slice(0, -1) : host).split('.')
  const last = labels.pop() ?? ''
  const isLast = /^(?:[a-z\u00a1-\uffff-]{2,63}|xn--[a-z0-9]{1,59})$/i.test(last)
  if (labels.length === 0 || !isLast || isHyphenated(last)) return false
  return labels.every(
    (label) => /^[a-z0-9\u00a1-\uffff-]{1,63}$/i.test(label) && !isHyphenated(label),
  )
}

function isHyphenated(label: string): boolean {
  return label.startsWith('-') || label.endsWith('-')
}
