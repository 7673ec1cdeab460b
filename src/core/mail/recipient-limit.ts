/**
 * Limits mails of all kinds to one mailbox that unauthenticated clients can cause, so that no one can flood it (mail
 * bombing).
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Database, Statement } from '../../db/open.ts'
import { tallyThrottled } from '../limits/hits.sql.ts'
import { countFor, type RateDeps } from '../limits/rate-limits.ts'
import { countQuietly, wasCounted } from '../limits/throttle.sql.ts'

/** Mails to any address that an unauthenticated client can cause, by what causes it: each has a budget of its own. */
type StrangersCause = 'password_reset' | 'signup' | 'confirm_email' | 'login_code' | 'login_link'

/** A recipient's budget, for the batch that mails. */
export type MailLimit = {
  /** Come before the insert of the mail. */
  readonly statements: readonly Statement[]
  /** The same where whoever mails counts what the rate stopped: `stopped` is for after the answer. */
  readonly uncounted: readonly Statement[]
  readonly stopped: readonly Statement[]
  /** Whether there is a mail: the insert's condition. */
  readonly isMailed: SQL
}

/**
 * Limits the mails that unauthenticated clients cause by whose mailbox gets them (`ACCOUNT_RATE_LIMITS`, `send_email`):
 * senders are many, and a mailbox is one. The response is the same for known and unknown addresses; over the rate no
 * mail is sent. `condition`: whether there is a cause; `to.folded`: the mailbox in the form in which addresses are
 * compared.
 */
export async function limitMails(
  deps: RateDeps & { readonly db: Database },
  to: { readonly cause: StrangersCause; readonly folded: string },
  condition: SQL,
): Promise<MailLimit> {
  const count = await countFor(deps, 'send_email', { key: `${to.cause}:${to.folded}` })
  if (count === undefined) {
    return { statements: [], uncounted: [], stopped: [], isMailed: condition }
  }
  const [hits, tally] = countQuietly(deps.db, count, condition)
  return {
    statements: [hits, tally],
    uncounted: [hits],
    stopped: [tallyThrottled(deps.db, count)],
    isMailed: sql`(${condition}) and ${wasCounted(count)}`,
  }
}
