/** Tables of custom fields. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** Custom fields (`USER_FIELDS`), one JSON object a user: a new field needs no migration. */
export const ownFields = sqliteTable('own_fields', {
  userId: integer()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  document: text({ mode: 'json' }).notNull(),
})

/** Values that only one account may have: the primary key decides. */
export const ownFieldKeys = sqliteTable(
  'own_field_keys',
  {
    field: text().notNull(),
    /** As `foldOwnValue` compares it. */
    folded: text().notNull(),
    userId: integer()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ name: 'own_field_keys_pk', columns: [table.field, table.folded] }),
    index('own_field_keys_user_id_idx').on(table.userId),
  ],
)
