import { and, eq, sql } from 'drizzle-orm'
import { passkeys, recoveryCodes, totpDevices, users } from '../../db/schema.ts'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/outbox.ts'
import { factorNotice } from './notices.ts'
import type { FactorDeps } from './totp-activation.ts'

/**
 * Takes every factor of an account away: authenticator app, recovery codes and passkeys. For the operator, when
 * the owner has lost them; the password and everything that is logged in stay. The owner is told by mail. One
 * round trip.
 */
export async function resetFactors(
  deps: FactorDeps,
  user: { readonly id: number; readonly email: string },
): Promise<'changed' | 'unchanged'> {
  const { db } = deps
  const { id } = user
  const hasFactor = sql`(exists (select 1 from ${totpDevices} where ${totpDevices.userId} = ${id})
    or exists (select 1 from ${passkeys} where ${passkeys.userId} = ${id}))`
  const owner = sql`(select ${id} where ${hasFactor})`
  // What asks for the factors stands before what deletes them; all of it is one transaction.
  const [emails, accounts] = await db.batch([
    factorNotice(deps, 'totp_deactivated', user, owner),
    db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, id), hasFactor)),
    ...(await auditEvent(deps, 'factors_reset', owner)),
    db.delete(recoveryCodes).where(eq(recoveryCodes.userId, id)),
    db.delete(totpDevices).where(eq(totpDevices.userId, id)),
    db.delete(passkeys).where(eq(passkeys.userId, id)),
  ])
  deliverLater(deps, emails)
  return accounts.length > 0 ? 'changed' : 'unchanged'
}
