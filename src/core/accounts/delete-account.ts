/** Deleting an account permanently: the cron handler's last step after the grace period, or an operator's at once. */
import { sql } from 'drizzle-orm'
import { hex } from '../../crypto.ts'
import { batch } from '../../db/batch.ts'
import type { Deps } from '../../deps.ts'
import { auditEvent } from '../audit/audit.ts'
import { insertAuditEvent } from '../audit/audit.sql.ts'
import { clientLanguage, queueEmail, type OutboxDeps } from '../mail/outbox.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { makeUnusablePassword } from '../passwords/passwords.ts'
import {
  makeDeletionDue,
  eraseAccount,
  eraseBelongings,
  erasableUserId,
  lastAddress,
  type Erasure,
} from './erase.sql.ts'
import { loadEvents } from '../events/load-events.ts'
import type { Settings } from '../../settings/parse.ts'

/** What deleting an account needs. */
export type DeletionDeps = OutboxDeps & Pick<Deps, 'actor'>

/**
 * Deletes an account and everything that belongs to it, by the same rule for every caller (docs/leaving.md): nothing
 * remains that identifies anyone, and one audit event says that an account of this id is gone. On the owner's request
 * only when it is due, and the last address is notified; on an operator's at once, and the event names who did it. One
 * round trip.
 */
export async function deleteAccount(
  deps: DeletionDeps,
  userId: number,
  by: 'owner' | 'operator',
): Promise<'deleted' | 'unknown'> {
  const { db, now } = deps
  const erasure = {
    userId,
    now,
    how: howDeleted(deps.settings),
    suffix: hex(deps.randomBytes(4)),
    passwordHash: makeUnusablePassword(deps.randomBytes),
  }
  const isOwn = by === 'owner'
  const { erased, notified } = await batch(db, {
    condemned: isOwn ? [] : makeDeletionDue(db, erasure, hex(deps.randomBytes(16))),
    belongings: eraseBelongings(db, erasure),
    notified: isOwn ? [notifyOfDeletion(deps, erasure)] : [],
    noted: isOwn
      ? await noteEnd(deps, erasure)
      : await auditEvent(deps, 'deleted', erasableUserId(erasure)),
    ...eraseAccount(db, erasure),
  })
  deliverLater(deps, notified.flat())
  return erased.length > 0 ? 'deleted' : 'unknown'
}

/**
 * Soft where tokens go by name: without a row, the last tokens of a name would authenticate the next user who takes
 * that name.
 */
function howDeleted(
  settings: Pick<Settings, 'ACCOUNT_DELETION' | 'SIMPLE_JWT_USER_ID_FIELD'>,
): Erasure['how'] {
  const isNamed = settings.SIMPLE_JWT_USER_ID_FIELD !== 'id'
  return settings.ACCOUNT_DELETION === 'soft' || isNamed ? 'soft' : 'hard'
}

function notifyOfDeletion(deps: OutboxDeps, erasure: Erasure) {
  const address = lastAddress(erasure)
  const context = { origin: '', language: clientLanguage(deps) }
  const to = { userId: null, address, condition: sql`${address} <> ''` }
  return queueEmail(deps, 'account_deleted', { ...to, context })
}

/**
 * The audit event, without client address: that would be the last personal data kept of the owner. Webhook
 * receivers get the user's id, because they have to delete their copies, too.
 */
async function noteEnd(deps: DeletionDeps, erasure: Erasure) {
  const { db, settings, now } = deps
  const userId = erasableUserId(erasure)
  const detail = { client: '', country: '', user_agent: '' }
  const noted = settings.AUDIT_EVENTS
    ? insertAuditEvent(db, { kind: 'account_deleted', userId, detail }, now)
    : []
  if (settings.WEBHOOKS.length === 0) return noted
  const { webhookStatements } = await loadEvents()
  return [...noted, ...webhookStatements(deps, 'user.deleted', { userId })]
}
