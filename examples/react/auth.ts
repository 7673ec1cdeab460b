import { useCallback, useEffect, useState } from 'react'
import { createClient, type Result, type UserWith } from 'rest-auth-edge/client'

declare const REST_AUTH_URL: string
declare const SOCIAL_PROVIDERS: string

/** Fields that the service keeps besides Django's: `USER_FIELDS` in `service.env`. */
type Own = { readonly phone: string; readonly profile: { readonly company: string } }

/** Who is signed in. */
export type Person = UserWith<Own>

/** The service, in cookie mode: no token is ever where a script of this page could read it. */
export const auth = createClient<Own>({ url: REST_AUTH_URL, mode: 'cookie' })

/** Providers whose apps the service knows, as in their paths: `github`, `oidc/acme`. */
export const providers = SOCIAL_PROVIDERS.split(',').filter((provider) => provider !== '')

/** Who is logged in: `undefined` while that is being found out, `null` for nobody. Follows other tabs. */
export function useUser(): Person | null | undefined {
  const [user, setUser] = useState<Person | null>()
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
