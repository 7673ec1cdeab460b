/** Removing all factors of an account, as an operator, for a user who has lost them. */
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { users } from '../../db/schema/users.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../db/schema/second-factor.ts'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { factorNotice } from './notices.ts'
import type { FactorDeps } from './totp-activation.ts'

/**
 * Takes every factor of an account away: authenticator app, recovery codes and passkeys. For the operator, when
 * the owner has lost them; the password and everything that is logged in stay. The owner is notified by mail. One
 * round trip.
 */
export async function resetFactors(
  deps: FactorDeps,
  user: { readonly id: number; readonly email: string },
): Promise<'changed' | 'unchanged'> {
  const { db } = deps
  const { id } = user
  const hasApp = sql`exists (select 1 from ${totpDevices} where ${totpDevices.userId} = ${id})`
  const hasPasskey = sql`exists (select 1 from ${passkeys} where ${passkeys.userId} = ${id})`
  const hasFactor = sql`(${hasApp} or ${hasPasskey})`
  const ownerOf = (condition: SQL) => sql`(select ${id} where ${condition})`
  // Statements that read the factors come before those that delete them; all of it is one transaction.
  const [appEmails, passkeyEmails, accounts] = await db.batch([
    factorNotice(deps, 'totp_deactivated', { user, owner: ownerOf(hasApp) }),
    factorNotice(deps, 'passkey_removed', { user, owner: ownerOf(hasPasskey) }),
    db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, id), hasFactor)),
    ...(await auditEvent(deps, 'factors_reset', ownerOf(hasFactor))),
    db.delete(recoveryCodes).where(eq(recoveryCodes.userId, id)),
    db.delete(totpDevices).where(eq(totpDevices.userId, id)),
    db.delete(passkeys).where(eq(passkeys.userId, id)),
  ])
  deliverLater(deps, [...appEmails, ...passkeyEmails])
  return accounts.length > 0 ? 'changed' : 'unchanged'
}
