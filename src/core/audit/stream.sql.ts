/**
 * SQL of the audit stream: which events a reader has not seen. The position is stored, so that each event is
 * delivered at least once.
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { readPositions } from '../../db/schema/operator.ts'
import { auditEvents } from '../../db/schema/audit.ts'

/** An event as it is handed on. */
export type StreamedEvent = {
  readonly id: number
  readonly kind: string
  readonly userId: number | null
  readonly happenedAt: Date
  readonly detail: Readonly<Record<string, unknown>>
}

/** What a reader has not had yet, the oldest first. One that is new begins with what happens from now on. One round trip. */
export async function readUnread(
  db: Database,
  reader: string,
  most: number,
): Promise<{ readonly events: readonly StreamedEvent[]; readonly position: number }> {
  const done = sql`(select position from ${readPositions} where reader = ${reader})`
  const [, [row], events] = await db.batch([
    db.run(
      sql`insert into ${readPositions} (reader, position)
        select ${reader}, coalesce(max(id), 0) from ${auditEvents} where true
        on conflict (reader) do nothing`,
    ),
    db
      .select({ position: readPositions.position })
      .from(readPositions)
      .where(eq(readPositions.reader, reader)),
    db
      .select({
        id: auditEvents.id,
        kind: auditEvents.kind,
        userId: auditEvents.userId,
        happenedAt: auditEvents.happenedAt,
        detail: auditEvents.detail,
      })
      .from(auditEvents)
      .where(sql`${auditEvents.id} > ${done}`)
      .orderBy(auditEvents.id)
      .limit(most),
  ])
  return {
    position: row?.position ?? 0,
    events: events.map((event) => ({ ...event, detail: recordOf(event.detail) })),
  }
}

function recordOf(detail: unknown): Readonly<Record<string, unknown>> {
  return typeof detail === 'object' && detail !== null ? { ...detail } : {}
}

/** Moves a reader on, unless another handler has done so. One round trip. */
export async function advanceReader(
  db: Database,
  reader: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await db
    .update(readPositions)
    .set({ position: to })
    .where(and(eq(readPositions.reader, reader), eq(readPositions.position, from)))
}
