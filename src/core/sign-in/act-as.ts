/** Impersonation: staff signs in as a user, for support. */
import { batchIf } from '../../db/condition.ts'
import { auditChange, type AuditDeps } from '../audit/audit.ts'
import { newJti } from '../tokens/jwt.ts'
import { proofOf, provedUserId } from '../tokens/proof.sql.ts'
import type { UserWithPassword } from '../users/user.ts'
import { recordFamily } from './complete.sql.ts'
import type { CredentialDeps } from './credentials.ts'
import { actingToken, type ActingParty } from './jwt-pair.ts'
import { sql } from 'drizzle-orm'

/** Result of a request to impersonate a user. */
export type ActAsOutcome =
  | { readonly kind: 'issued'; readonly access: string; readonly expiresAt: Date }
  /** Deactivated, or changed meanwhile. */
  | { readonly kind: 'stale_proof' }

/**
 * An access token with which a staff member impersonates an account, for minutes, with the actor in its claim `act`
 * (RFC 8693 §4.1) and in every audit event. It is a login like others: listed, and ended with them. The caller
 * decides who may. One round trip.
 */
export async function actAs(
  deps: CredentialDeps & AuditDeps,
  user: UserWithPassword,
  actor: ActingParty,
): Promise<ActAsOutcome> {
  const { db, now, client } = deps
  const family = newJti(deps.randomBytes)
  const expiresAt = new Date(now.getTime() + actor.seconds * 1000)
  const proof = proofOf('impersonation', user)
  const login = {
    family,
    userAgent: 'staff',
    country: client.country,
    city: client.city ?? '',
    now,
    expiresAt,
  }
  const done = await batchIf(db, sql`${provedUserId(proof)} is not null`, [
    recordFamily(db, proof, login),
    ...(await auditChange(deps, 'impersonated', {
      userId: user.id,
      after: { seconds: actor.seconds },
    })),
  ])
  if (done === undefined) return { kind: 'stale_proof' }
  return { kind: 'issued', access: await actingToken(deps, user, { family, actor }), expiresAt }
}
