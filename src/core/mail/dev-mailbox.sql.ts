/** The development mailbox: mails are stored instead of sent. Only with `DEV_MAILBOX`. */
import { desc, eq, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import { devEmails } from '../../db/schema/dev-mailbox.ts'

/** A mail that was "sent" in development. */
export type DevEmail = {
  readonly id: number
  readonly address: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly sentAt: Date
}

/** Maximum number of stored mails. */
const CAPACITY = 100

/** Keeps a mail, and lets go of the oldest. */
export async function keepDevEmail(db: Database, email: Omit<DevEmail, 'id'>): Promise<void> {
  await db.batch([
    db.insert(devEmails).values(email),
    db
      .delete(devEmails)
      .where(sql`${devEmails.id} <= (select max(${devEmails.id}) from ${devEmails}) - ${CAPACITY}`),
  ])
}

/** The mails, the newest first. */
export async function listDevEmails(db: Database): Promise<readonly DevEmail[]> {
  return db.select().from(devEmails).orderBy(desc(devEmails.id))
}

/** One mail. */
export async function findDevEmail(db: Database, id: number): Promise<DevEmail | undefined> {
  const [row] = await db.select().from(devEmails).where(eq(devEmails.id, id))
  return row
}

/** Empties the mailbox. */
export async function deleteDevEmails(db: Database): Promise<void> {
  await db.delete(devEmails)
}
