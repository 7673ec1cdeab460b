import type { TestApp } from '../support/app.ts'

/** A request as the service got it. */
type Sent = {
  readonly method: string
  readonly path: string
  readonly authorization: string | null
}

/** `fetch` that leads to the app, with a browser's cookies where cookies are sent along. */
export type ServiceFetch = {
  readonly fetch: typeof fetch
  readonly sent: Sent[]
  readonly cookies: Map<string, string>
  /** Fails, as a network does. */
  isOffline: boolean
}

/** Where the app is found: a path below it is one of `URL_PREFIX`. */
export const SERVICE_URL = 'https://auth.example.com/dj-rest-auth/'

/** Leads `fetch` to an app. */
export function serviceFetch(app: TestApp): ServiceFetch {
  const cookies = new Map<string, string>()
  const sent: Sent[] = []
  const service: ServiceFetch = {
    sent,
    cookies,
    isOffline: false,
    fetch: async (input, init) => {
      if (service.isOffline) throw new TypeError('fetch failed')
      const request = new Request(input, init)
      const sendsCookies = init?.credentials === 'include'
      if (sendsCookies && cookies.size > 0) {
        const pairs = [...cookies].map(([name, value]) => `${name}=${value}`)
        request.headers.set('Cookie', pairs.join('; '))
      }
      sent.push({
        method: request.method,
        path: new URL(request.url).pathname.replace('/dj-rest-auth/', ''),
        authorization: request.headers.get('Authorization'),
      })
      const response = await app.fetch(request)
      if (sendsCookies) keepCookies(cookies, response.headers.getSetCookie())
      return response
    },
  }
  return service
}

function keepCookies(cookies: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const equals = pair.indexOf('=')
    if (/max-age=0/i.test(line)) cookies.delete(pair.slice(0, equals))
    else cookies.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
}
