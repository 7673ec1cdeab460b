/** Sends webhooks again that were given up, and audits who did. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { noteAct, type AuditDeps } from '../audit/audit.ts'
import { givenUpState, replayGivenUp } from '../events/webhook-deliveries.sql.ts'

/**
 * Sends messages that were given up once more, under their old ids: one, or all of them. Answers how many; nothing is
 * noted where there are none. One round trip.
 */
export async function replayDeliveries(deps: AuditDeps, id: number | 'all'): Promise<number> {
  const { db, now } = deps
  const { exists, json } = givenUpState(id)
  const { replayed } = await batch(db, {
    noted: await noteAct(deps, 'webhooks_replayed', {
      userId: sql`null`,
      condition: exists,
      before: json,
      after: sql`'{"given_up":0}'`,
    }),
    replayed: replayGivenUp(db, id, now),
  })
  return replayed.length
}
