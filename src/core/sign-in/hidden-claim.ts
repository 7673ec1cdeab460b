import { verifyPassword } from '../passwords/passwords.ts'
import type { TypedName } from './by-password.sql.ts'
import type { CredentialDeps } from './credentials.ts'
import { findClaimPassword } from './hidden-claim.sql.ts'

/**
 * Whether a login by an address, refused so far, is told that the address is not verified. Where it is hidden who
 * exists, anybody registers with any address; a login by it must not tell whether another account has proved it, so the
 * claim answers as if there were none, and logs nobody in. One round trip and one hash whoever has the address: the
 * time tells nothing, either (user enumeration).
 */
export async function isRightForClaim(
  deps: CredentialDeps,
  typed: TypedName,
  password: string,
): Promise<boolean> {
  const passwordHash = await findClaimPassword(deps.db, typed)
  const verified = await verifyPassword(deps, password, passwordHash)
  return passwordHash !== undefined && verified.kind === 'correct'
}
