/** SQL of what an operator reads of the audit log. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { auditEvents } from '../../db/schema/audit.ts'
import { invitations } from '../../db/schema/lifecycle.ts'

/** An event as an operator reads it. */
export type AuditEvent = {
  readonly id: number
  readonly kind: string
  readonly userId: number | null
  readonly detail: unknown
  readonly happenedAt: Date
  /** Who was invited, as long as the invitation is there: the log itself names no address, and forgets with it. */
  readonly invited?: string | null
}

/** Which events are asked for; the newest come first. */
export type AuditFilter = {
  readonly kind?: string
  readonly userId?: number
  /** Only what someone else than the owner did. */
  readonly isByOthers?: boolean
  readonly since?: Date
  readonly until?: Date
  /** Older than this event: for the next page. */
  readonly before?: number
  readonly limit: number
}

/** A page of events. It may be short, even empty, while there are older ones: `next` says so. */
export type AuditPage = {
  readonly events: readonly AuditEvent[]
  /** `before` of the next page; absent after the last one. */
  readonly next: number | undefined
}

/** Of an event of an invitation; its number is in the old or the new values. */
const INVITED = sql`case when kind in ('invited', 'invitation_revoked') then
  (select email from ${invitations} where ${invitations.id} =
    cast(coalesce(detail ->> '$.after.invitation', detail ->> '$.before.invitation') as integer)) end`

/** Maximum number of events read for one page, including those that the filter drops. */
const WINDOW = 20_000

/** Searches events, so many at a time by their index that a page costs the same in a log of any length. One round trip. */
export async function searchAuditEvents(db: Database, filter: AuditFilter): Promise<AuditPage> {
  const { kind, userId, since, until, before, limit, isByOthers } = filter
  const ofUser = userId === undefined ? sql`` : sql`and e.user_id = cast(${userId} as integer)`
  const window = sql`from ${auditEvents} as e
    where e.id < cast(${before ?? Number.MAX_SAFE_INTEGER} as integer) ${ofUser}
    order by e.id desc limit ${WINDOW}`
  const wanted = [
    sql`1`,
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(isByOthers === true ? [sql`detail ->> '$.by.kind' is not null`] : []),
    ...(since === undefined ? [] : [sql`happened_at >= cast(${since.getTime()} as integer)`]),
    ...(until === undefined ? [] : [sql`happened_at < cast(${until.getTime()} as integer)`]),
  ]
  const [rows, [seen]] = await db.batch([
    db.all<Omit<AuditEvent, 'happenedAt' | 'detail'> & { happenedAt: number; detail: string }>(
      sql`select id, kind, user_id as "userId", detail, happened_at as "happenedAt", ${INVITED} as invited
        from (select * ${window})
        where ${sql.join(wanted, sql` and `)} order by id desc limit ${limit + 1}`,
    ),
    db.all<{ readonly last: number | null; readonly count: number }>(
      sql`select min(id) as last, count(*) as count from (select e.id ${window})`,
    ),
  ])
  const events = rows.slice(0, limit).map((row) => ({
    ...row,
    detail: JSON.parse(row.detail) as unknown, // written by `insertAuditEvent`
    happenedAt: new Date(row.happenedAt),
  }))
  const isFull = rows.length > limit
  const last = isFull ? events.at(-1)?.id : seen?.count === WINDOW ? seen.last : undefined
  return { events, next: last ?? undefined }
}
