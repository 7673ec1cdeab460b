/** SQL of the ids that clients see (`USER_PK = "uuid"`). */
import { eq, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { publicIds } from '../../db/schema/public-ids.ts'

/** The id that clients see of an account. */
export function selectPublicId(db: Database, userId: number) {
  return db
    .select({ publicId: publicIds.publicId })
    .from(publicIds)
    .where(eq(publicIds.userId, userId))
}

/** Gives an account the id that clients see. */
export function insertPublicId(db: Database, userId: number | SQL, publicId: string) {
  const id = sql`${userId}`
  return insertRow(db, publicIds, {
    values: { userId: id, publicId },
    from: sql`where ${id} is not null`,
  })
}
