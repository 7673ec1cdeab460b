/**
 * One look at a running service for `doctor`: overdue mails, expired rows, hashes, failures. Bounded samples,
 * because it runs against production.
 */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Database } from '../../db/open.ts'
import { emailOutbox } from '../../db/schema/mail.ts'
import { eventCounts, throttleHits } from '../../db/schema/limits.ts'
import { users } from '../../db/schema/users.ts'
import { webhookDeliveries } from '../../db/schema/webhooks.ts'
import { passkeys } from '../../db/schema/passkeys.ts'
import { totpDevices } from '../../db/schema/second-factor.ts'
import { NO_RECIPIENT } from '../mail/outbox.sql.ts'

/** The state of a service, from its database. */
export type Pulse = {
  /** Since when something waits for the cron handler to delete it. */
  readonly oldestExpiredAt: Date | undefined
  readonly overdueMails: number
  readonly oldestOverdueAt: Date | undefined
  /** By what the passwords of the newest accounts are hashed. */
  readonly hashes: readonly { readonly algorithm: string; readonly count: number }[]
  /** Of the last hours. */
  readonly logins: number
  readonly failedLogins: number
  readonly reusedTokens: number
  readonly staffWithoutFactor: number
  /** Messages to other systems that are no longer retried. */
  readonly givenUpWebhooks: number
}

const HOURS_MS = 3 * 3_600_000
/** Maximum number of accounts, the newest, and of mails that are read. */
export const SAMPLE = 10_000

/** Reads it, bounded parts of indexes alone. One round trip. */
export async function readPulse(db: Database, now: Date): Promise<Pulse> {
  const nowMs = sql`cast(${now.getTime()} as integer)`
  const found = await batch(db, {
    expired: db.all<{ readonly at: number | null }>(
      sql`select min(${throttleHits.expiresAt}) as at from ${throttleHits}`,
    ),
    overdue: db.all<{ readonly count: number; readonly at: number | null }>(
      sql`select count(*) as count, min(next_attempt_at) as at from
        (select next_attempt_at from ${emailOutbox} where next_attempt_at <= ${nowMs}
          and address <> ${NO_RECIPIENT} order by next_attempt_at limit ${SAMPLE})`,
    ),
    hashes: selectHashes(db),
    events: db.all<{ readonly kind: string; readonly count: number }>(
      sql`select kind, sum(count) as count from ${eventCounts}
        where hour_at > cast(${now.getTime() - HOURS_MS} as integer) group by kind`,
    ),
    givenUp: db.all<{ readonly count: number }>(
      sql`select count(*) as count from
        (select id from ${webhookDeliveries} where failed_at is not null limit ${SAMPLE})`,
    ),
    staff: selectStaffWithoutFactor(db),
  })
  const countOf = (kind: string) => found.events.find((one) => one.kind === kind)?.count ?? 0
  const [overdue] = found.overdue
  const oldest = found.expired[0]?.at ?? null
  return {
    oldestExpiredAt: oldest === null || oldest > now.getTime() ? undefined : new Date(oldest),
    overdueMails: overdue?.count ?? 0,
    oldestOverdueAt: overdue?.at == null ? undefined : new Date(overdue.at),
    hashes: found.hashes,
    logins: countOf('login'),
    failedLogins: countOf('login_failed'),
    reusedTokens: countOf('refresh_token_reused'),
    staffWithoutFactor: found.staff[0]?.count ?? 0,
    givenUpWebhooks: found.givenUp[0]?.count ?? 0,
  }
}

function selectStaffWithoutFactor(db: Database) {
  return db.all<{ readonly count: number }>(
    sql`select count(*) as count from ${users} as u where u.is_staff = 1
        and not exists (select 1 from ${totpDevices} as app where app.user_id = u.id)
        and not exists (select 1 from ${passkeys} as pass where pass.user_id = u.id)`,
  )
}

function selectHashes(db: Database) {
  return db.all<{ readonly algorithm: string; readonly count: number }>(
    sql`select case when instr(password, '$') > 1 then substr(password, 1, instr(password, '$') - 1)
          else 'unusable' end as algorithm, count(*) as count
        from (select password from ${users} where id > 0 order by id desc limit ${SAMPLE})
        group by 1 order by 2 desc`,
  )
}
