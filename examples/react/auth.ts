import { useEffect, useState } from 'react'
import { createClient, type User } from 'rest-auth-edge/client'

declare const REST_AUTH_URL: string

/** The service, in cookie mode: no token is ever where a script of this page could read it. */
export const auth = createClient({ url: REST_AUTH_URL, mode: 'cookie' })

/** Who is logged in: `undefined` while that is being found out, `null` for nobody. Follows other tabs. */
export function useUser(): User | null | undefined {
  const [user, setUser] = useState<User | null>()
  useEffect(() => {
    const find = async (): Promise<void> => {
      const answered = await auth.user()
      setUser(answered.ok ? answered.value : null)
    }
    void find()
    return auth.subscribe((state) => {
      if (state === 'logged_in') void find()
      else setUser(null)
    })
  }, [])
  return user
}
