/** Table of the mailbox of development. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The mails of `DEV_MAILBOX`, links and all: written in development only, empty everywhere else. */
export const devEmails = sqliteTable('dev_emails', {
  id: integer().primaryKey({ autoIncrement: true }),
  address: text().notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  html: text().notNull(),
  sentAt: integer({ mode: 'timestamp_ms' }).notNull(),
})
