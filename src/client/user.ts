/** The user as the client returns it, extended by the application's custom fields. */
import { identifier, text } from './properties.ts'

/** What `user/` answers, each with the type that a good answer has. */
const SHOWN = {
  pk: identifier,
  username: text,
  email: text,
  first_name: text,
  last_name: text,
} as const

/** A user as the service answers it. */
export type User = { readonly [Name in keyof typeof SHOWN]: ReturnType<(typeof SHOWN)[Name]> }

/** What may be changed of an account. */
export type UserInput = {
  readonly [Name in Exclude<keyof User, 'pk' | 'email'>]?: User[Name]
}

/** A user with fields of the service's own (`USER_FIELDS`, `USER_ROLES`), as `Own` says them. */
export type UserWith<Own extends object> = Omit<User, keyof Own> & Readonly<Own>

/** A user; fields of the service's own come along as they are. */
export function asUser(body: unknown): User {
  const fields = Object.entries(SHOWN).map(([name, read]) => [name, read(body, name)])
  // Each was read by the reader that `User` takes its type from.
  return { ...(typeof body === 'object' ? body : {}), ...Object.fromEntries(fields) } as User
}
