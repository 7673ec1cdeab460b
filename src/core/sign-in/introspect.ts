/** Token introspection, for the endpoint and for other Workers. */
import {
  callerByJwt,
  callerBySession,
  callerByToken,
  type AuthenticationDeps,
} from '../tokens/authentication.ts'
import type { Claims } from '../tokens/jwt.ts'
import type { User } from '../users/user.ts'

/** How a credential is presented, one for each of `DEFAULT_AUTHENTICATION_CLASSES`. */
type Scheme = 'token' | 'session' | 'jwt'

/** Whose a credential is. `claims` are those of a JWT. */
export type Introspection =
  | { readonly kind: 'active'; readonly by: Scheme; readonly user: User; readonly claims: Claims }
  | { readonly kind: 'inactive' }

/** Django's session keys; auth tokens are longer, JWTs have dots. */
const SESSION_KEY = /^[a-z0-9]{32}$/

/**
 * Token introspection (RFC 7662 §2.2): whether a credential would be accepted here, and whose it is. Its kind follows
 * from its shape; `schemes` are those that the service accepts. A refresh token is `inactive`: a resource server that
 * got `active` would accept it as an access token. One round trip, none for a JWT whose signature does not verify.
 */
export async function introspect(
  deps: AuthenticationDeps,
  credential: string,
  schemes: readonly Scheme[],
): Promise<Introspection> {
  const by = schemeOf(credential)
  if (!schemes.includes(by)) return { kind: 'inactive' }
  switch (by) {
    case 'jwt': {
      const found = await callerByJwt(deps, credential)
      return found.kind === 'user' ? { ...found, kind: 'active', by } : { kind: 'inactive' }
    }
    case 'session': {
      const found = await callerBySession(deps, credential)
      return found.kind === 'user' ? activeBy(by, found.user) : { kind: 'inactive' }
    }
    case 'token': {
      const found = await callerByToken(deps, credential)
      return found.kind === 'user' ? activeBy(by, found.user) : { kind: 'inactive' }
    }
  }
}

function schemeOf(credential: string): Scheme {
  if (credential.includes('.')) return 'jwt'
  return SESSION_KEY.test(credential) ? 'session' : 'token'
}

function activeBy(by: Scheme, user: User): Introspection {
  return { kind: 'active', by, user, claims: {} }
}
