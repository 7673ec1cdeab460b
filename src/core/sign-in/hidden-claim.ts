/**
 * A login by an address that the account claims and another account has verified. With enumeration prevention
 * anyone can register with any address, so the login must not reveal whether it is taken.
 */
import { verifyPassword } from '../passwords/passwords.ts'
import type { TypedName } from './login-input.ts'
import type { CredentialDeps } from './credentials.ts'
import { findClaimPassword } from './hidden-claim.sql.ts'

/**
 * Whether the response to a rejected login by an address says that the address is not verified. The claim answers as if
 * no other account had the address, and never logs in. One round trip and one hash in every case, so time reveals
 * nothing, either (user enumeration, timing side channel).
 */
export async function isRightForClaim(
  deps: CredentialDeps,
  typed: TypedName,
  password: string,
): Promise<boolean> {
  const passwordHash = await findClaimPassword(deps.db, typed)
  const verified = await verifyPassword(deps, password, passwordHash)
  return verified.kind === 'correct'
}
