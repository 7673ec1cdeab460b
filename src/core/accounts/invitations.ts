/** Inviting people to create an account. The mailed key also proves the address. */
import { sql, type SQL } from 'drizzle-orm'
import { hex } from '../../crypto.ts'
import { batch } from '../../db/batch.ts'
import { insertRow } from '../../db/insert-row.ts'
import { invitations } from '../../db/schema/lifecycle.ts'
import type { Deps } from '../../deps.ts'
import { noteAct, type AuditDeps } from '../audit/audit.ts'
import type { InvalidEmail } from '../faults.ts'
import { queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import type { EmailContext } from '../mail/outbox.sql.ts'
import { makeInvitationKey } from '../tokens/invitation-key.ts'
import { selectMissingGroups } from '../users/groups.sql.ts'
import { keptEmailFaults } from '../users/typed-email.ts'
import { foldEmail, lowerEmail } from '../users/email.ts'
import {
  areGroups,
  invitationState,
  isMember,
  listNewest,
  revokeInvitation,
  revokeInvitationsOf,
  selectMember,
  type ListedInvitation,
} from './invitations.sql.ts'

const DAY_MS = 86_400_000

/** Who is invited, and by whom. */
export type InvitationInput = {
  readonly email: string
  /** Of the staff; absent: the operator, or a machine. */
  readonly invitedBy?: number
  /** Names of the groups that the account is to be in; all must exist. */
  readonly groups?: readonly string[]
  readonly context: EmailContext
  /** A further condition: the inviting user may grant the groups. */
  readonly condition?: SQL
}

/** Result of inviting. */
export type InvitationOutcome =
  | {
      readonly kind: 'invited'
      readonly id: number
      readonly key: string
      readonly expiresAt: Date
    }
  /** An account has proved the address already. */
  | { readonly kind: 'member' }
  | { readonly kind: 'unknown_group' }
  /** `condition` does not hold. */
  | { readonly kind: 'refused' }
  | InvalidEmail

/**
 * Invites an address: a mail contains a key that works once, for that address, for `INVITATION_DAYS`. Earlier
 * invitations of it are revoked. Whether the caller may invite is checked by the surface; `condition` holds what
 * must be true when it is written. One round trip.
 */
export async function invite(
  deps: OutboxDeps & AuditDeps,
  input: InvitationInput,
): Promise<InvitationOutcome> {
  const { db, settings, now } = deps
  const faults = keptEmailFaults(settings, input.email)
  if (faults.length > 0) return { kind: 'invalid', faults }
  const row = newInvitation(deps, input)
  const { nonce, email, emailFolded, expiresAt, groups } = row
  const isNew = sql`not ${isMember(emailFolded)} and ${areGroups(groups)} and ${input.condition ?? sql`1`}`
  const to = { userId: null, address: email, condition: isNew }
  const { exists, json } = invitationState({ nonce })
  const { member, missing, invited, notified } = await batch(db, {
    member: selectMember(db, emailFolded),
    missing: selectMissingGroups(db, groups),
    earlier: revokeInvitationsOf(db, emailFolded, { now, condition: isNew }),
    invited: insertRow(db, invitations, { values: row, from: sql`where ${isNew}` }).returning({
      id: invitations.id,
    }),
    noted: await noteAct(deps, 'invited', { userId: sql`null`, condition: exists, after: json }),
    notified: queueEmail(deps, 'invitation', {
      ...to,
      context: { ...input.context, change: nonce },
    }),
  })
  const [made] = invited
  if (made === undefined) {
    if (member.length > 0) return { kind: 'member' }
    return { kind: missing.length > 0 ? 'unknown_group' : 'refused' }
  }
  deliverLater(deps, notified)
  const key = await makeInvitationKey(deps, { nonce, email })
  return { kind: 'invited', id: made.id, expiresAt, key }
}

function newInvitation(
  { settings, now, randomBytes }: Pick<Deps, 'settings' | 'now' | 'randomBytes'>,
  input: InvitationInput,
) {
  const email = lowerEmail(input.email)
  return {
    nonce: hex(randomBytes(16)),
    email,
    emailFolded: foldEmail(email),
    createdAt: now,
    expiresAt: new Date(now.getTime() + settings.INVITATION_DAYS * DAY_MS),
    invitedBy: input.invitedBy ?? null,
    groups: [...new Set(input.groups)],
  }
}

/** Maximum number listed at once. */
const MAX_LISTED = 500

/** Invitations in any state, the newest first. One round trip. */
export function listInvitations(
  { db }: Pick<Deps, 'db'>,
  page: { readonly limit: number; readonly before?: number | undefined } = { limit: MAX_LISTED },
): Promise<readonly ListedInvitation[]> {
  return listNewest(db, page)
}

/** The state of an invitation. */
export type InvitationState = 'pending' | 'accepted' | 'revoked' | 'expired'

/** In the order in which it is decided. */
export function stateOf(invitation: ListedInvitation, now: Date): InvitationState {
  if (invitation.acceptedAt !== null) return 'accepted'
  if (invitation.revokedAt !== null) return 'revoked'
  return invitation.expiresAt > now ? 'pending' : 'expired'
}

/** Revokes an unused invitation, and records who did. One round trip. */
export async function withdrawInvitation(
  deps: AuditDeps,
  id: number,
): Promise<'revoked' | 'not_pending'> {
  const { db, now } = deps
  const { exists, json } = invitationState({ id, now })
  const { revoked } = await batch(db, {
    noted: await noteAct(deps, 'invitation_revoked', {
      userId: sql`null`,
      condition: exists,
      before: json,
      after: sql`'{"state":"revoked"}'`,
    }),
    revoked: [revokeInvitation(db, id, now)],
  })
  return revoked.flat().length > 0 ? 'revoked' : 'not_pending'
}
