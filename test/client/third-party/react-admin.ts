/**
 * A react-admin `authProvider` for JWTs, and the fetch of its data provider: it never refreshes, and its logout
 * tells nobody.
 */
export type ReactAdmin = {
  readonly login: (params: object) => Promise<void>
  readonly checkAuth: () => Promise<void>
  readonly checkError: (error: { readonly status: number }) => Promise<void>
  readonly getIdentity: () => Promise<{ readonly id: unknown; readonly fullName: string }>
  readonly logout: () => Promise<void>
}

/** Makes the provider over a page's `fetch` and storage. */
export function reactAdminAuthProvider(
  url: string,
  page: { readonly fetch: typeof fetch; readonly localStorage: Map<string, string> },
): ReactAdmin {
  const { localStorage } = page
  return {
    login: async (params) => {
      const request = new Request(`${url}login/`, {
        method: 'POST',
        body: JSON.stringify(params),
        headers: new Headers({ 'Content-Type': 'application/json' }),
      })
      const response = await page.fetch(request)
      const body = await response.json()
      if (!response.ok) throw new Error(body.non_field_errors?.[0] ?? response.statusText)
      localStorage.set('access', body.access)
    },
    checkAuth: () =>
      localStorage.has('access') ? Promise.resolve() : Promise.reject(new Error('not logged in')),
    checkError: ({ status }) => {
      if (status !== 401 && status !== 403) return Promise.resolve()
      localStorage.delete('access')
      return Promise.reject(new Error('logged out'))
    },
    getIdentity: async () => {
      const response = await page.fetch(`${url}user/`, {
        headers: new Headers({
          Accept: 'application/json',
          Authorization: `Bearer ${localStorage.get('access')}`,
        }),
      })
      if (!response.ok) throw Object.assign(new Error(), { status: response.status })
      const { pk, username } = await response.json()
      return { id: pk, fullName: username }
    },
    logout: () => {
      localStorage.clear()
      return Promise.resolve()
    },
  }
}
