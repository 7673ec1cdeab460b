import { sql } from 'drizzle-orm'
import type { Database } from './open.ts'
import { throttleHits } from './schema.ts'

/**
 * Counts one request in a sliding window; the database decides, so isolates agree. Answers how many
 * seconds to wait when the limit was reached, `undefined` when the request may pass. A refused request
 * does not count (DRF). One round trip.
 */
export async function countHit(
  db: Database,
  key: string,
  rate: { readonly limit: number; readonly windowSeconds: number },
  now: Date,
): Promise<number | undefined> {
  const nowMs = now.getTime()
  const windowMs = rate.windowSeconds * 1000
  const hits = throttleHits
  const [, inserted, oldest] = await db.batch([
    db.run(
      sql`delete from ${hits} where ${hits.key} = ${key} and ${hits.hitAt} <= ${nowMs - windowMs}`,
    ),
    db.all(sql`insert into ${hits} (key, hit_at, expires_at)
      select ${key}, ${nowMs}, ${nowMs + windowMs}
      where (select count(*) from ${hits} where ${hits.key} = ${key}) < ${rate.limit}
      returning hit_at`),
    db.all<{ hitAt: number | null }>(
      sql`select min(${hits.hitAt}) as "hitAt" from ${hits} where ${hits.key} = ${key}`,
    ),
  ])
  if (inserted.length > 0) return undefined
  const oldestMs = oldest[0]?.hitAt ?? nowMs
  return (oldestMs + windowMs - nowMs) / 1000
}
