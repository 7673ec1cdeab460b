/**
 * The local provider of @sidebase/nuxt-auth with its refresh, as the pointers of docs/clients.md set it up: every
 * request asks for credentials to be included, and carries the token where there is one.
 */
export type NuxtAuth = {
  readonly signIn: (credentials: object) => Promise<void>
  readonly getSession: () => Promise<Readonly<Record<string, unknown>> | undefined>
  readonly refresh: () => Promise<void>
  readonly signUp: (input: object) => Promise<void>
  readonly signOut: () => Promise<number>
}

/** Opens it on a page. */
export function nuxtAuth(
  baseURL: string,
  page: { readonly fetch: typeof fetch },
  { refreshOnlyToken }: { readonly refreshOnlyToken: boolean },
): NuxtAuth {
  let token: string | undefined
  let refreshToken: string | undefined
  const send = (method: string, path: string, body?: object): Promise<Response> =>
    page.fetch(baseURL + path, {
      method,
      credentials: 'include',
      headers: {
        Accept: 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const ok = async (response: Response): Promise<Readonly<Record<string, unknown>>> => {
    if (!response.ok) throw Object.assign(new Error(), { data: await response.json() })
    return response.json()
  }
  const point = (body: Readonly<Record<string, unknown>>): void => {
    token = String(body['access'])
    refreshToken = String(body['refresh'])
  }
  return {
    signIn: async (credentials) => point(await ok(await send('POST', '/login/', credentials))),
    getSession: async () => {
      const response = await send('GET', '/user/')
      return response.ok ? response.json() : undefined
    },
    refresh: async () => {
      const kept = refreshToken
      point(await ok(await send('POST', '/token/refresh/', { refresh: refreshToken })))
      if (refreshOnlyToken) refreshToken = kept
    },
    signUp: async (input) => {
      await ok(await send('POST', '/registration/', input))
    },
    signOut: async () => {
      const { status } = await send('POST', '/logout/')
      token = undefined
      refreshToken = undefined
      return status
    },
  }
}
