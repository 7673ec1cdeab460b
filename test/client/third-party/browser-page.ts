import type { TestApp } from '../../support/app.ts'

/** A page in a browser: its `fetch` keeps cookies, asks before it sends, and hides what CORS does not allow. */
export type BrowserPage = {
  readonly fetch: typeof fetch
  /** `document.cookie` of this page. */
  readonly readableCookies: () => Readonly<Record<string, string>>
  /** All that it holds, readable or not. */
  readonly cookieNames: () => readonly string[]
}

type Cookie = {
  readonly value: string
  readonly path: string
  readonly sameSite: string
  readonly isHidden: boolean
}

const SERVICE = 'https://auth.example.com'
/** Fetch standard §2.2.1, §2.2.2: what goes without asking first. */
const SAFELISTED_HEADERS = ['accept', 'accept-language', 'content-language']
const SAFELISTED_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

/** Opens a page of an origin beside a service. */
export function openPage(app: TestApp, origin: string): BrowserPage {
  const jar = new Map<string, Cookie>()
  const isCross = origin !== SERVICE
  const isOtherSite = siteOf(origin) !== siteOf(SERVICE)

  const preflight = async (request: Request, withCookies: boolean): Promise<void> => {
    const asked = [...request.headers.keys()].filter((name) => !isSafelisted(name, request))
    const isSimple = ['GET', 'HEAD', 'POST'].includes(request.method) && asked.length === 0
    if (isSimple) return
    const answer = await app.fetch(
      new Request(request.url, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': request.method,
          ...(asked.length === 0 ? {} : { 'Access-Control-Request-Headers': asked.join(',') }),
        },
      }),
    )
    const methods = listOf(answer, 'Access-Control-Allow-Methods')
    const headers = listOf(answer, 'Access-Control-Allow-Headers')
    const isAllowed =
      answer.ok &&
      maySee(answer, origin, withCookies) &&
      (methods.includes(request.method.toLowerCase()) || request.method === 'POST') &&
      asked.every((name) => headers.includes(name))
    if (!isAllowed) throw new TypeError(`Failed to fetch: preflight of ${request.method}`)
  }

  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { credentials = 'same-origin' } = init ?? {}
    const withCookies = credentials === 'include' || (credentials === 'same-origin' && !isCross)
    if (isCross) await preflight(request, withCookies)
    const path = new URL(request.url).pathname
    const sent = [...jar].filter(
      ([, cookie]) => path.startsWith(cookie.path) && (!isOtherSite || cookie.sameSite === 'none'),
    )
    if (withCookies && sent.length > 0) {
      const pairs = sent.map(([name, { value }]) => `${name}=${value}`)
      request.headers.set('Cookie', pairs.join('; '))
    }
    const hasOrigin = isCross || !['GET', 'HEAD'].includes(request.method)
    if (hasOrigin) request.headers.set('Origin', origin)
    const answer = await app.fetch(request)
    if (withCookies) keep(jar, answer, isOtherSite)
    if (isCross && !maySee(answer, origin, withCookies)) throw new TypeError('Failed to fetch')
    return answer
  }

  return {
    fetch: send,
    readableCookies: () =>
      Object.fromEntries(
        [...jar]
          .filter(([, cookie]) => !isCross && !cookie.isHidden)
          .map(([name, { value }]) => [name, value]),
      ),
    cookieNames: () => [...jar.keys()],
  }
}

function isSafelisted(name: string, request: Request): boolean {
  if (name !== 'content-type') return SAFELISTED_HEADERS.includes(name)
  const [type = ''] = (request.headers.get(name) ?? '').split(';')
  return SAFELISTED_TYPES.includes(type)
}

function listOf(answer: Response, name: string): readonly string[] {
  return (answer.headers.get(name) ?? '').split(',').map((one) => one.trim().toLowerCase())
}

function maySee(answer: Response, origin: string, withCookies: boolean): boolean {
  const allowed = answer.headers.get('Access-Control-Allow-Origin')
  if (!withCookies) return allowed === origin || allowed === '*'
  return allowed === origin && answer.headers.get('Access-Control-Allow-Credentials') === 'true'
}

function keep(jar: Map<string, Cookie>, answer: Response, isOtherSite: boolean): void {
  for (const line of answer.headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split('; ')
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    const attribute = (wanted: string): string | undefined =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const sameSite = (attribute('samesite') ?? 'lax').toLowerCase()
    if (isOtherSite && sameSite !== 'none') continue
    if (attribute('max-age') === '0') jar.delete(name)
    else {
      jar.set(name, {
        value: pair.slice(equals + 1),
        path: attribute('path') ?? '/',
        sameSite,
        isHidden: attributes.some((one) => one.toLowerCase() === 'httponly'),
      })
    }
  }
}

/** `example.com` of `https://auth.example.com`. */
function siteOf(origin: string): string {
  return new URL(origin).hostname.split('.').slice(-2).join('.')
}
