/** Sends one waiting mail at once, on an operator's request. */
import { sql, type SQL } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import { emailOutbox } from '../../db/schema/mail.ts'
import { noteAct, type AuditDeps } from '../audit/audit.ts'
import { MAX_PAUSE_MS } from './outbox-claims.sql.ts'
import { FIRST_CLAIM_MS, NO_RECIPIENT } from './outbox.sql.ts'

/** Longer than any sender works on what it has claimed: its invocation is over by then. */
const CLAIM_MS = 60_000

/**
 * Makes a mail that waits for its next try due now; the cron handler sends it within a minute. `unchanged`: there is no
 * such mail, it is due already, or it is being sent at this moment (no mail is sent twice). One round trip.
 */
export async function resendNow(deps: AuditDeps, id: number): Promise<'changed' | 'unchanged'> {
  const { db, now } = deps
  const waits = isWaiting(id, now)
  const row = sql`from ${emailOutbox} where ${waits}`
  const { moved } = await batch(db, {
    noted: await noteAct(deps, 'mail_resent', {
      userId: sql`(select ${emailOutbox.userId} ${row})`,
      condition: sql`exists (select 1 ${row})`,
      before: sql`(select json_object('mail', id, 'kind', kind, 'attempts', attempts,
        'next_attempt_at', ${isoTime(sql`next_attempt_at`)}) ${row})`,
      after: sql`json_object('next_attempt_at', ${now.toISOString()})`,
    }),
    // What went to the provider in one request goes again together, under the same idempotency key.
    moved: db
      .update(emailOutbox)
      .set({ nextAttemptAt: now })
      .where(sql`${waits} or ${emailOutbox.batchKey} = (select ${emailOutbox.batchKey} ${row})`)
      .returning({ id: emailOutbox.id }),
  })
  return moved.length > 0 ? 'changed' : 'unchanged'
}

/** A claim puts the next try off by its pause, so that the time of the last claim is the one less the other. */
function isWaiting(id: number, now: Date): SQL {
  const { attempts, nextAttemptAt, address } = emailOutbox
  const pause = sql`min(${MAX_PAUSE_MS}, ${FIRST_CLAIM_MS} * (1 << min(${attempts} - 1, 12)))`
  return sql`${emailOutbox.id} = ${id} and ${address} <> ${NO_RECIPIENT}
    and ${nextAttemptAt} > cast(${now.getTime()} as integer)
    and ((${attempts} = 0 and ${emailOutbox.createdAt} + ${CLAIM_MS} <= cast(${now.getTime()} as integer))
      or (${attempts} > 0 and ${nextAttemptAt} - ${pause} + ${CLAIM_MS} <= cast(${now.getTime()} as integer)))`
}

function isoTime(ms: SQL): SQL {
  return sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${ms} / 1000.0, 'unixepoch')`
}
