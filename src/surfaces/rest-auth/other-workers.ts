/**
 * What the service answers to other Workers over a service binding instead of HTTP. The binding is the permission:
 * only a Worker of the same account whose configuration names it can call, so no credential is needed.
 */
import { introspect } from '../../core/sign-in/introspect.ts'
import { withPublicId } from '../../core/tokens/public-id.ts'
import { ownerOfId, userClaim } from '../../core/tokens/token-owner.ts'
import { publicJwks } from '../../core/tokens/jwt-keys.ts'
import { verifyToken, type Claims } from '../../core/tokens/jwt.ts'
import { findUserByClaim, userColumnsOf, type UserClaim } from '../../core/users/users.sql.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Deps } from '../../deps.ts'
import {
  authenticate,
  authenticationClasses,
  jwtOf,
  type AuthenticationRequest,
} from '../../web/authentication.ts'
import { ApiError } from '../../web/errors.ts'
import { introspectionBody, type IntrospectionBody } from './introspection-body.ts'
import { userBody, type UserBody } from './serializers.ts'

/**
 * What the service answers to other Workers, over a binding instead of HTTP. A binding is a permission of its
 * own: who has it needs no credential.
 */

/**
 * Introspects a token, key or session, as `token/introspect/` does; of a whole request, its headers and cookies,
 * with the CSRF check of a write. One round trip at most.
 */
export async function verifyForWorker(
  deps: Deps,
  credential: string | Request,
): Promise<IntrospectionBody> {
  const { settings } = deps
  if (typeof credential === 'string') {
    const found = await introspect(deps, credential, authenticationClasses(settings))
    return introspectionBody(settings, found)
  }
  const incoming: AuthenticationRequest = {
    request: credential,
    formToken: () => Promise.resolve(''),
    unprovenJwtCookie: 'refused',
  }
  try {
    const caller = await authenticate(deps, incoming)
    if (caller.kind === 'anonymous') return { active: false }
    const { user, by } = caller
    const claims = by === 'jwt' ? await claimsOf(deps, incoming) : {}
    return introspectionBody(settings, { kind: 'active', user, by, claims })
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return { active: false }
    throw error
  }
}

/** Claims of the token that authentication has just accepted. */
async function claimsOf(deps: Deps, incoming: AuthenticationRequest): Promise<Claims> {
  const token = await jwtOf(deps.settings, incoming)
  const verified = await verifyToken(deps, token ?? '', 'access')
  return verified.kind === 'verified' ? verified.claims : {}
}

/** The public keys that verify access tokens; an empty list where a secret signs. */
export async function jwksForWorker({ settings }: Deps): Promise<object> {
  return publicJwks(settings)
}

/** A user by the id that tokens carry; `undefined` where there is none. One round trip. */
export async function userForWorker(
  deps: Deps,
  id: string | number,
): Promise<(UserBody & { readonly is_active: boolean }) | undefined> {
  const { db, settings } = deps
  const claim = claimOf(settings, id)
  if (claim === undefined) return undefined
  const row = await findUserByClaim(db, claim, { user: userColumnsOf(settings) })
  if (row === undefined) return undefined
  const user = await withPublicId(deps, row)
  return { ...userBody(settings, user), is_active: user.isActive }
}

function claimOf(
  settings: Pick<Settings, 'SIMPLE_JWT_USER_ID_FIELD' | 'USER_PK'>,
  id: string | number,
): UserClaim | undefined {
  const field = settings.SIMPLE_JWT_USER_ID_FIELD
  if (field === 'id') return ownerOfId(settings, id)
  const value = userClaim(field, id)
  return value === undefined ? undefined : { field, value }
}
