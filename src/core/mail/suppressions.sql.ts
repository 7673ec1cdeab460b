/** SQL of suppressed addresses, compared in folded form like accounts' addresses. */
import { asc, eq, sql } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { emailAddresses } from '../../db/schema/addresses.ts'
import { suppressedAddresses } from '../../db/schema/mail.ts'
import { usedNonces } from '../../db/schema/used-once.ts'
import { tally } from '../limits/hits.sql.ts'

/** Why a mailbox gets no more mails. */
export type SuppressionReason = 'bounced' | 'complained'

/** A mailbox that gets no more mails. */
export type Suppression = {
  readonly emailFolded: string
  readonly reason: string
  readonly detail: string
  readonly suppressedAt: Date
}

/** A provider's reports about mailboxes. */
export type NewSuppression = {
  readonly emailsFolded: readonly string[]
  readonly reason: SuppressionReason
  readonly detail: string
  /** SHA-256 of the message's id: a message counts once, also after an operator has lifted what it did. */
  readonly nonceHash: string
}

const PURPOSE = 'mail_event'
/** Longer than a provider goes on repeating itself, and than a signature is valid. */
const REMEMBERED_MS = 14 * 86_400_000

/** Stops mails to mailboxes, unless the message was heard before. One round trip. */
export async function insertSuppressions(
  db: Database,
  { emailsFolded, reason, detail, nonceHash }: NewSuppression,
  now: Date,
): Promise<readonly { readonly emailFolded: string }[]> {
  const isNews = sql`not exists (select 1 from ${usedNonces}
    where ${usedNonces.purpose} = ${PURPOSE} and ${usedNonces.nonceHash} = ${nonceHash})`
  const row = { emailFolded: sql`value`, reason, detail, suppressedAt: now }
  const nonce = {
    purpose: PURPOSE,
    nonceHash,
    usedAt: now,
    expiresAt: new Date(now.getTime() + REMEMBERED_MS),
  }
  const [, stopped] = await db.batch([
    tally(db, { kind: `email_${reason}`, now }, isNews),
    insertRow(db, suppressedAddresses, {
      values: row,
      from: sql`from json_each(${JSON.stringify(emailsFolded)}) where ${isNews}`,
    })
      .onConflictDoNothing()
      .returning({ emailFolded: suppressedAddresses.emailFolded }),
    db.insert(usedNonces).values(nonce).onConflictDoNothing(),
  ])
  return stopped
}

/** Which of the mailboxes get no mails. */
export function selectSuppressed(db: Database, emailsFolded: readonly string[]) {
  return db
    .select({ emailFolded: suppressedAddresses.emailFolded })
    .from(suppressedAddresses)
    .where(
      sql`${suppressedAddresses.emailFolded} in (select value from json_each(${JSON.stringify(emailsFolded)}))`,
    )
}

/** A page of them, by address. One round trip. */
export async function listSuppressions(
  db: Database,
  { limit, after }: { readonly limit: number; readonly after: string },
): Promise<readonly Suppression[]> {
  return db
    .select()
    .from(suppressedAddresses)
    .where(sql`${suppressedAddresses.emailFolded} > ${after}`)
    .orderBy(asc(suppressedAddresses.emailFolded))
    .limit(limit)
}

/** Lets mails through again; a row comes back where they were stopped. */
export function deleteSuppression(db: Database, emailFolded: string) {
  return db
    .delete(suppressedAddresses)
    .where(eq(suppressedAddresses.emailFolded, emailFolded))
    .returning({ emailFolded: suppressedAddresses.emailFolded })
}

/** Why mails to an address are stopped, as JSON, and the condition that they are: to be noted before they are not. */
export function suppressionState(emailFolded: string) {
  const row = sql`from ${suppressedAddresses} where ${suppressedAddresses.emailFolded} = ${emailFolded}`
  return {
    exists: sql`exists (select 1 ${row})`,
    json: sql`(select json_object('address', email_folded, 'reason', reason, 'detail', detail) ${row})`,
    /** Whose account the address belongs to, if to anyone's. */
    ownerId: sql`(select ${emailAddresses.userId} from ${emailAddresses}
      where ${emailAddresses.emailFolded} = ${emailFolded} order by ${emailAddresses.isVerified} desc limit 1)`,
  }
}
