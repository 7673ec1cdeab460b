/**
 * Reads answers into typed values. The network is not trusted to answer what the types say: what does not fit is a
 * failure, not a crash later.
 */
import type { Device, Login, SocialAccount, SocialStart } from './bodies.ts'
import { listOf, number, property, text, textOrNull } from './properties.ts'

/** The body as it is. */
export function asIs(body: unknown): unknown {
  return body
}

/** Nothing: the status says it all. */
export function asNothing(_body: unknown): void {
  return undefined
}

/** The sentence of `{"detail": "…"}`. */
export function asDetail(body: unknown): string {
  return text(body, 'detail')
}

/** Where a social login begins. */
export function asSocialStart(body: unknown): SocialStart {
  return {
    authorization_url: text(body, 'authorization_url'),
    state: text(body, 'state'),
    code_verifier: text(body, 'code_verifier'),
  }
}

/** The caller's social accounts. */
export function asSocialAccounts(body: unknown): readonly SocialAccount[] {
  return listOf(body, (one) => ({
    id: number(one, 'id'),
    provider: text(one, 'provider'),
    uid: text(one, 'uid'),
    last_login: text(one, 'last_login'),
    date_joined: text(one, 'date_joined'),
  }))
}

/** The caller's logins. */
export function asLogins(body: unknown): readonly Login[] {
  return listOf(body, (one) => ({
    id: text(one, 'id'),
    user_agent: text(one, 'user_agent'),
    country: text(one, 'country'),
    created_at: text(one, 'created_at'),
    last_used_at: text(one, 'last_used_at'),
    expires_at: text(one, 'expires_at'),
    is_current: property(one, 'is_current') === true,
  }))
}

/** The caller's logins with their devices. */
export function asDevices(body: unknown): readonly Device[] {
  return listOf(body, (one) => {
    const device = property(one, 'device')
    return {
      id: text(one, 'id'),
      // The service names only these, here and below.
      kind: text(one, 'kind') as Device['kind'],
      name: text(one, 'name'),
      device: {
        browser: text(device, 'browser'),
        system: text(device, 'system'),
        kind: text(device, 'kind') as Device['device']['kind'],
      },
      user_agent: text(one, 'user_agent'),
      country: text(one, 'country'),
      city: text(one, 'city'),
      created_at: text(one, 'created_at'),
      last_used_at: text(one, 'last_used_at'),
      expires_at: textOrNull(one, 'expires_at'),
      is_current: property(one, 'is_current') === true,
    }
  })
}
