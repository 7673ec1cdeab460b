/** Table of the ids that clients see. */
import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** What clients see as an account's `pk` with `USER_PK = "uuid"`; the row's own id stays what tables refer to. */
export const publicIds = sqliteTable(
  'public_ids',
  {
    userId: integer()
      .primaryKey()
      .references(() => users.id, { onDelete: 'cascade' }),
    publicId: text().notNull(),
  },
  (table) => [uniqueIndex('public_ids_public_id_unique').on(table.publicId)],
)
