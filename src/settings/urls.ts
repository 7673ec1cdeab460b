/** Checks of origins and URLs in settings. */
import type { FaultOf } from './usual-faults.ts'
import { isUrl } from '../is-url.ts'

/** An origin (RFC 6454 §6.2): a scheme of any kind, for apps have their own, and a host. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s]+$/

/** What is wrong with an origin. Browsers send them in one form, and they are compared letter by letter. */
export const originFault: FaultOf = (one) => {
  if (one === 'null') return 'any page can have that origin, in a sandboxed frame'
  if (one.includes('*')) return 'write each origin by itself, https://app.example.com'
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(one)) return `write https://${one.replace(/^\/+/, '')}`
  const meant = originOf(one)
  if (meant === one && ORIGIN.test(one)) return undefined
  return `write ${meant ?? 'https://app.example.com'}`
}

/** The same for CORS, where pages of files and sandboxed frames may be meant (django-cors-headers, too). */
export const corsOriginFault: FaultOf = (one) =>
  one === 'null' || one === 'file://' ? undefined : originFault(one)

/** The same for `CSRF_TRUSTED_ORIGINS`, where `https://*.example.org` is a domain with all its subdomains. */
export const trustedOriginFault: FaultOf = (one) => originFault(one.replace('://*.', '://'))

/** How a browser writes the origin of a URL: small letters, Punycode, no default port, no path. */
function originOf(url: string): string | undefined {
  if (!isUrl(url)) return undefined
  const { protocol, host } = new URL(url)
  return host === '' ? undefined : `${protocol}//${host.toLowerCase()}`
}

/** A receiver of confidential data: https, or the developer's own machine. */
export const hookUrlFault: FaultOf = (one) => {
  const url = isUrl(one) ? new URL(one) : undefined
  const isSecret = url?.protocol === 'https:' || (url?.protocol === 'http:' && isOwnMachine(url))
  if (url === undefined || !isSecret) return 'must be a URL like https://mail.example.com/send'
  return url.username === '' && url.hash === '' ? undefined : 'must have neither user nor #'
}

function isOwnMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1'
}

/** A host, perhaps with a port, as Django's `Site.domain` holds it. */
export const hostFault: FaultOf = (one) =>
  /^[^\s/?#@\\]+$/.test(one) && isUrl(`https://${one}`)
    ? undefined
    : 'must be a host like example.com, without scheme and path'

/** Schemes that run code or read files in the program that opens them. */
const UNSAFE_SCHEME = /^(?:about|blob|data|file|filesystem|javascript|vbscript|view-source):/i

/** allauth's links, and what each may and must hold: any of `needs` is enough. */
const LINKS: Readonly<
  Record<string, { readonly known: string; readonly needs: readonly string[] }>
> = {
  account_confirm_email: { known: '{key}', needs: ['{key}'] },
  account_reset_password_from_key: {
    known: '{key} {uid} {token}',
    needs: ['{key}', '{uid} {token}'],
  },
  account_invitation: { known: '{key}', needs: ['{key}'] },
  account_undo_deletion: { known: '{key}', needs: ['{key}'] },
  account_undo_email_change: { known: '{key}', needs: ['{key}'] },
  account_reset_password: { known: '', needs: [] },
  account_signup: { known: '', needs: [] },
  account_login_by_link: { known: '{key}', needs: ['{key}'] },
  socialaccount_login_error: { known: '', needs: [] },
}

/** What is wrong with a link of `HEADLESS_FRONTEND_URLS`: to a page, or an app that a mail opens (`myapp://{key}`). */
export function linkFault(name: string, url: string): string | undefined {
  const link = Object.hasOwn(LINKS, name) ? LINKS[name] : undefined
  if (link === undefined) return `knows ${Object.keys(LINKS).join(', ')}, not ${name}`
  const isWhole = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(url)
  if (!isWhole || UNSAFE_SCHEME.test(url)) {
    return `has absolute URLs, of pages or apps; ${name} is ${JSON.stringify(url)}`
  }
  const given: readonly string[] = url.match(/\{\w*\}/g) ?? []
  const unknown = given.find((one) => !link.known.split(' ').includes(one))
  if (unknown !== undefined) {
    return `has ${unknown} in ${name}; known there: ${link.known || 'none'}`
  }
  const holdsAll = (all: string) => all.split(' ').every((one) => given.includes(one))
  if (link.needs.length === 0 || link.needs.some(holdsAll)) return undefined
  return `needs ${link.needs.join(' or ')} in ${name}: the link is of no use without`
}
