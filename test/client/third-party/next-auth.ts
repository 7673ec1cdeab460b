/**
 * What a Next server does with the Credentials provider of next-auth: `authorize`, the callbacks `jwt` and `session`,
 * the event `signOut`. It sends all of it itself: no Origin, no cookies, and the access token where it has one.
 */
export type NextAuth = {
  readonly authorize: (credentials: object) => Promise<Token | null>
  readonly jwt: (token: Token, nowMs: number) => Promise<Token>
  readonly user: (token: Token) => Promise<number>
  readonly signOut: (token: Token) => Promise<number>
}

type Token = Readonly<Record<string, unknown>>

/** Makes the callbacks over a server's `fetch`. */
export function nextAuth(url: string, serverFetch: typeof fetch): NextAuth {
  const post = (path: string, body: object, token?: Token): Promise<Response> =>
    serverFetch(url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${String(token['access'])}` }),
      },
      body: JSON.stringify(body),
    })
  return {
    authorize: async (credentials) => {
      const response = await post('login/', credentials)
      return response.ok ? await response.json() : null
    },
    jwt: async (token, nowMs) => {
      if (nowMs < Date.parse(String(token['access_expiration']))) return token
      const response = await post('token/refresh/', { refresh: token['refresh'] }, token)
      if (!response.ok) return { ...token, error: 'log in again' }
      return { ...token, ...(await response.json()) }
    },
    user: async (token) => {
      const headers = { Authorization: `Bearer ${String(token['access'])}` }
      return (await serverFetch(`${url}user/`, { headers })).status
    },
    signOut: async (token) => (await post('logout/', { refresh: token['refresh'] }, token)).status,
  }
}
