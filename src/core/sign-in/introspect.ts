import {
  callerByJwt,
  callerBySession,
  callerByToken,
  type AuthenticationDeps,
} from '../tokens/authentication.ts'
import type { Claims } from '../tokens/jwt.ts'
import type { User } from '../users/user.ts'

/** Ways in which a credential is presented (`DEFAULT_AUTHENTICATION_CLASSES`). */
type Way = 'token' | 'session' | 'jwt'

/** Whose a credential is. `claims` are those of a JWT. */
export type Introspection =
  | { readonly kind: 'active'; readonly by: Way; readonly user: User; readonly claims: Claims }
  | { readonly kind: 'inactive' }

/** Django's session keys; auth tokens are longer, JWTs have dots. */
const SESSION_KEY = /^[a-z0-9]{32}$/

/**
 * Whether a credential would be believed here, and whose it is (RFC 7662 §2.2). What it is shows in its
 * shape; only the ways that are open count. A refresh token is inactive: whoever asks would let it through as
 * an access token. One round trip, none for a JWT that is not genuine.
 */
export async function introspect(
  deps: AuthenticationDeps,
  credential: string,
  ways: readonly Way[],
): Promise<Introspection> {
  const by = wayOf(credential)
  if (!ways.includes(by)) return { kind: 'inactive' }
  switch (by) {
    case 'jwt': {
      const found = await callerByJwt(deps, credential)
      return found.kind === 'user' ? { ...found, kind: 'active', by } : { kind: 'inactive' }
    }
    case 'session': {
      const found = await callerBySession(deps, credential)
      return activeBy(by, found.kind === 'user' ? found.user : undefined)
    }
    case 'token': {
      const found = await callerByToken(deps, credential)
      return activeBy(by, found.kind === 'user' ? found.user : undefined)
    }
  }
}

function wayOf(credential: string): Way {
  if (credential.includes('.')) return 'jwt'
  return SESSION_KEY.test(credential) ? 'session' : 'token'
}

function activeBy(by: Way, user: User | undefined): Introspection {
  return user === undefined ? { kind: 'inactive' } : { kind: 'active', by, user, claims: {} }
}
