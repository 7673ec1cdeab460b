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

/** What deleting an account needs. */
export type DeletionDeps = OutboxDeps & Pick<Deps, 'actor'>

/**
 * Deletes an account and all that hangs on it, by one rule whoever wants it (docs/leaving.md): nothing is left by which
 * anybody is known, and one event says that an account of this number is gone. On the owner's word only where the
 * deletion is due, and the address that it had is told; on an operator's at once, and the event says who it was. One
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

/** Without a row, nothing would keep the last tokens of a name from whoever takes it next. */
function howDeleted(settings: Deps['settings']): Erasure['how'] {
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
 * Without where it came from: that would be the last thing known of somebody. Whoever has heard of the account hears
 * that it is gone, and whose it was: they have to forget it, too.
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
