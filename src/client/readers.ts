import type { Login, SocialAccount, SocialStart, User } from './bodies.ts'

/** A good status with a body that is not this service's: a wrong URL, a page of a proxy. */
export class UnexpectedBody extends Error {
  override readonly name = 'UnexpectedBody'
}

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

/** A user. */
export function asUser(body: unknown): User {
  return {
    pk: number(body, 'pk'),
    username: text(body, 'username'),
    email: text(body, 'email'),
    first_name: text(body, 'first_name'),
    last_name: text(body, 'last_name'),
  }
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
  if (!Array.isArray(body)) throw new UnexpectedBody()
  return body.map((one: unknown) => ({
    id: number(one, 'id'),
    provider: text(one, 'provider'),
    uid: text(one, 'uid'),
    last_login: text(one, 'last_login'),
    date_joined: text(one, 'date_joined'),
  }))
}

/** The caller's logins. */
export function asLogins(body: unknown): readonly Login[] {
  if (!Array.isArray(body)) throw new UnexpectedBody()
  return body.map((one: unknown) => ({
    id: text(one, 'id'),
    user_agent: text(one, 'user_agent'),
    country: text(one, 'country'),
    created_at: text(one, 'created_at'),
    last_used_at: text(one, 'last_used_at'),
    expires_at: text(one, 'expires_at'),
    is_current: property(one, 'is_current') === true,
  }))
}

/** A property of an object; `undefined` of anything else. */
export function property(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

function text(body: unknown, name: string): string {
  const value = property(body, name)
  if (typeof value === 'string') return value
  throw new UnexpectedBody()
}

function number(body: unknown, name: string): number {
  const value = property(body, name)
  if (typeof value === 'number') return value
  throw new UnexpectedBody()
}
