/**
 * The answer of token introspection (RFC 7662 §2.2), shared by the endpoint for other backends and the binding for
 * other Workers.
 */
import { ownClaims, type ClaimSettings } from '../../core/tokens/own-claims.ts'
import { userNameInTokens } from '../../core/tokens/token-owner.ts'
import type { Introspection } from '../../core/sign-in/introspect.ts'
import type { Settings } from '../../settings/parse.ts'

/** What introspection answers: RFC 7662 §2.2, the claims of a JWT among it. */
export type IntrospectionBody = { readonly active: boolean } & Readonly<Record<string, unknown>>

const TOKEN_TYPES = { jwt: 'Bearer', token: 'Token', session: 'Session' } as const

/**
 * An outcome as other backends read it. The user has the same id and claims for every kind of credential that was
 * introspected, so that a backend need not care which kind its callers use. An inactive credential gives
 * `{"active": false}` and nothing else, which is what §2.2 asks for.
 */
export function introspectionBody(
  settings: ClaimSettings & Pick<Settings, 'SIMPLE_JWT_USER_ID_CLAIM' | 'SIMPLE_JWT_USER_ID_FIELD'>,
  found: Introspection,
): IntrospectionBody {
  if (found.kind === 'inactive') return { active: false }
  const { user, claims } = found
  const name = userNameInTokens(settings, user)
  const own = ownClaims(settings, user, claims)
  return {
    ...claims,
    // Their current values, also for keys, which carry none.
    ...own,
    active: true,
    // As the token says it, where it does.
    sub: own['sub'] ?? name,
    [settings.SIMPLE_JWT_USER_ID_CLAIM]: name,
    username: user.username,
    email: user.email,
    token_type: TOKEN_TYPES[found.by],
  }
}
