/**
 * A single-page site as it is written with axios: one instance, an interceptor that refreshes once on 401. What
 * axios sends is written out: its Accept, JSON for objects, no body where no data is given, the CSRF cookie as a
 * header on the own origin.
 */
export type AxiosSite = {
  readonly login: (data: object) => Promise<Answer>
  readonly me: () => Promise<Answer>
  readonly rename: (data: object) => Promise<Answer>
  readonly sendForm: (data: Readonly<Record<string, string>>) => Promise<Answer>
  readonly changePassword: (data: object) => Promise<Answer>
  readonly logout: () => Promise<Answer>
}

type Answer = { readonly status: number; readonly data: Readonly<Record<string, unknown>> }

type Config = {
  readonly baseURL: string
  readonly fetch: typeof fetch
  readonly withCredentials: boolean
  /** `document.cookie` by name, for `xsrfCookieName`. */
  readonly cookies: () => Readonly<Record<string, string>>
  /** Where the site keeps tokens; absent where cookies carry them. */
  readonly localStorage?: Map<string, string>
}

/** Opens the site. */
export function openAxiosSite(config: Config): AxiosSite {
  const { localStorage } = config
  const once = async (method: string, path: string, data?: unknown): Promise<Answer> => {
    const token = localStorage?.get('access')
    const csrf = config.cookies()['csrftoken']
    const isForm = data instanceof FormData
    const response = await config.fetch(config.baseURL + path, {
      method,
      credentials: config.withCredentials ? 'include' : 'same-origin',
      headers: {
        Accept: 'application/json, text/plain, */*',
        ...(data === undefined || isForm ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(csrf === undefined ? {} : { 'X-CSRFToken': csrf }),
      },
      ...(data === undefined ? {} : { body: isForm ? data : JSON.stringify(data) }),
    })
    const text = await response.text()
    return { status: response.status, data: text === '' ? {} : JSON.parse(text) }
  }
  const keep = ({ data }: Answer): void => {
    for (const name of ['access', 'refresh']) {
      if (typeof data[name] === 'string') localStorage?.set(name, data[name])
    }
  }
  const refreshed = async (): Promise<boolean> => {
    const body = localStorage === undefined ? {} : { refresh: localStorage.get('refresh') }
    const answer = await once('POST', 'token/refresh/', body)
    keep(answer)
    return answer.status === 200
  }
  const intercepted = async (method: string, path: string, data?: unknown): Promise<Answer> => {
    const answer = await once(method, path, data)
    if (answer.status !== 401 || !(await refreshed())) return answer
    return once(method, path, data)
  }
  return {
    login: async (data) => {
      const answer = await once('POST', 'login/', data)
      keep(answer)
      return answer
    },
    me: () => intercepted('GET', 'user/'),
    rename: (data) => intercepted('PATCH', 'user/', data),
    sendForm: (data) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(data)) form.append(name, value)
      return intercepted('PATCH', 'user/', form)
    },
    changePassword: async (data) => {
      const answer = await intercepted('POST', 'password/change/', data)
      keep(answer)
      return answer
    },
    logout: async () => {
      const body = localStorage === undefined ? undefined : { refresh: localStorage.get('refresh') }
      const answer = await intercepted('POST', 'logout/', body)
      localStorage?.clear()
      return answer
    },
  }
}
