import { useCallback, useEffect, useState } from 'react'
import { createClient, type Result, type User } from 'rest-auth-edge/client'

declare const REST_AUTH_URL: string
declare const SOCIAL_PROVIDERS: string

/** The service, in cookie mode: no token is ever where a script of this page could read it. */
export const auth = createClient({ url: REST_AUTH_URL, mode: 'cookie' })

/** Providers whose apps the service knows, as in their paths: `github`, `oidc/acme`. */
export const providers = SOCIAL_PROVIDERS.split(',').filter((provider) => provider !== '')

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

/** What a call answers, `undefined` until then or where it fails; and how to ask again. */
export function useAnswer<Value>(
  ask: () => Promise<Result<Value>>,
): readonly [Value | undefined, () => Promise<void>] {
  const [value, setValue] = useState<Value>()
  const again = useCallback(async () => {
    const answered = await ask()
    setValue(answered.ok ? answered.value : undefined)
  }, [ask])
  useEffect(() => {
    void again()
  }, [again])
  return [value, again]
}
