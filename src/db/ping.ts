/** The cheapest query there is. */
import { sql } from 'drizzle-orm'
import type { Database } from './open.ts'

/** Asks the database for nothing: it answers, or it is away. One round trip. */
export async function ping(db: Database): Promise<void> {
  await db.select({ one: sql<number>`1` }).from(sql`(select 1)`)
}
