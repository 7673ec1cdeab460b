/** Table of the audit log. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What an operator may need to know afterwards: logins, failures, changes. No secrets, no addresses in clear. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    userId: integer(),
    detail: text({ mode: 'json' })
      .notNull()
      .default(sql`'{}'`),
    happenedAt: integer({ mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [
    index('audit_events_user_id_idx').on(table.userId),
    index('audit_events_happened_at_idx').on(table.happenedAt),
  ],
)
