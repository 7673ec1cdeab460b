/** Roles and scopes that an API may require of its callers. */
import type { Claims, GuardUser } from './values.ts'
import { permissionDenied } from './refusal.ts'

/** What a user must have in addition to a valid login. */
export type Requirements = {
  /** One of these, in the claim `roles` or `groups`. */
  readonly roles?: readonly string[]
  /** All of these, in the claim `scope`. */
  readonly scopes?: readonly string[]
  /** Any other condition: `({ claims }) => claims.is_staff === true`. */
  readonly allow?: (user: GuardUser) => boolean
}

/** The roles that claims name. */
export function rolesOf({ roles, groups }: Claims): readonly string[] {
  return textsOf([roles, groups])
}

/** The scopes that claims name (RFC 8693 §4.2: separated by spaces). */
export function scopesOf({ scope }: Claims): readonly string[] {
  return textsOf([scope]).flatMap((text) => text.split(' '))
}

/** @throws GuardError 403 */
export function requireAllowed(needs: Requirements, user: GuardUser): void {
  const hasRole = needs.roles === undefined || needs.roles.some((one) => user.roles.includes(one))
  const hasScopes = (needs.scopes ?? []).every((one) => user.scopes.includes(one))
  const isAllowed = needs.allow === undefined || needs.allow(user)
  if (!hasRole || !hasScopes || !isAllowed) throw permissionDenied()
}

/** Texts, and those of lists. */
function textsOf(claims: readonly unknown[]): readonly string[] {
  return claims.flat().filter((one) => typeof one === 'string')
}
