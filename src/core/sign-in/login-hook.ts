/** Hooks of the deployment that may refuse a login or add claims. */
import { auditEvent } from '../audit/audit.ts'
import { callBeforeLogin } from '../hooks/call.ts'
import { HookRefused } from '../hooks/refusal.ts'
import type { Claims } from '../tokens/jwt.ts'
import { readPublicId } from '../tokens/public-id.ts'
import type { Proof } from '../tokens/proof.sql.ts'
import type { CredentialDeps } from './credentials.ts'

/**
 * Calls hooks about a login. Continued logins and new accounts were asked about before.
 *
 * @throws HookRefused, HookDown
 */
export async function callHooks(deps: CredentialDeps, { how, userId }: Proof): Promise<Claims> {
  const isLogin = how !== 'caller' && how !== 'registration' && typeof userId === 'number'
  if (!isLogin) return {}
  try {
    const isNamed = deps.settings.USER_PK === 'uuid'
    const publicId = isNamed ? () => readPublicId(deps, userId) : undefined
    return await callBeforeLogin(deps, { userId, how, publicId })
  } catch (error) {
    if (error instanceof HookRefused) deps.deferWrites(auditEvent(deps, 'login_denied', userId))
    throw error
  }
}
