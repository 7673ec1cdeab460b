/**
 * SQL of claiming and settling mails. Each kind of mail gets a share, so that a flood of sign-ups cannot delay
 * password resets.
 */
import { ne, sql, type SQL } from 'drizzle-orm'
import { EMAIL_KINDS, type EmailKind } from '../../i18n/languages/email-kinds.ts'
import type { Database } from '../../db/open.ts'
import { emailOutbox, mailProblems } from '../../db/schema/mail.ts'
import {
  FIRST_CLAIM_MS,
  NO_RECIPIENT,
  waitingColumns,
  writtenEmails,
  type WaitingEmail,
} from './outbox.sql.ts'

/** Longest pause between two tries. */
export const MAX_PAUSE_MS = 6 * 3_600_000

/** Four mails of other kinds go before one of these: unauthenticated clients can cause any number of them. */
const WEIGHTS: Readonly<Partial<Record<EmailKind, number>>> = {
  confirm_email: 4,
  account_already_exists: 4,
}

/** What a sender takes at once. */
export type ClaimRequest = {
  readonly now: Date
  readonly size: number
  /**
   * Mails that no transport can have accepted are sent together under this key; absent: the transport takes one at a
   * time.
   */
  readonly batchKey: string | undefined
}

/**
 * Takes mails whose time has come, each kind its share, resets and notices before sign-ups; no other run gets them
 * before their next pause is over. What went to the provider in one request comes together again.
 */
export async function claimEmails(
  db: Database,
  request: ClaimRequest,
): Promise<readonly WaitingEmail[]> {
  const { batchKey } = request
  const nowMs = request.now.getTime()
  const joins = sql`${emailOutbox.batchKey} is null and ${emailOutbox.triedBy} = ''`
  const rows = await db
    .update(emailOutbox)
    .set({
      attempts: sql`${emailOutbox.attempts} + 1`,
      nextAttemptAt: sql`cast(${nowMs} + min(${MAX_PAUSE_MS},
        ${FIRST_CLAIM_MS} * (1 << min(${emailOutbox.attempts}, 12))) as integer)`,
      ...(batchKey === undefined
        ? {}
        : { batchKey: sql`case when ${joins} then ${batchKey} else ${emailOutbox.batchKey} end` }),
    })
    .where(sql`${emailOutbox.id} in (select id from ${dueTogether(request)})`)
    .returning(waitingColumns)
  return writtenEmails(rows).toSorted((a, b) => weightOf(a) - weightOf(b) || a.id - b.id)
}

/** Whether a user waits for it: all but the kinds that unauthenticated clients can cause in any number. */
export function isUrgent(email: { readonly kind: EmailKind }): boolean {
  return weightOf(email) === 1
}

function weightOf({ kind }: { readonly kind: EmailKind }): number {
  return WEIGHTS[kind] ?? 1
}

/** The next mails, and the others of their batches. */
function dueTogether({ now, size }: ClaimRequest): SQL {
  const kinds = EMAIL_KINDS.map((kind) => dueOfKind(kind, now, size))
  const due = sql`select id, batch_key from (${sql.join(kinds, sql` union all `)}) order by place, id limit ${size}`
  return sql`(with due as (${due})
    select id from due union select other.id from ${emailOutbox} as other
      where other.batch_key in (select batch_key from due) and other.next_attempt_at <= ${now.getTime()})`
}

/** By the index on kind and time, so that a backlog of another kind is never read. */
function dueOfKind(kind: EmailKind, now: Date, size: number): SQL {
  const weight = WEIGHTS[kind] ?? 1
  return sql`select id, batch_key, ${weight} * row_number() over (order by next_attempt_at, id) as place
    from (select id, batch_key, next_attempt_at from ${emailOutbox}
      where kind = ${kind} and next_attempt_at <= ${now.getTime()} order by next_attempt_at, id limit ${size})`
}

/** What became of mails that were claimed; each is in one of the lists, or keeps its claim's pause. */
export type Settlement = {
  /** Sent, given up, or without a cause: they leave the outbox. */
  readonly finished: readonly number[]
  /** Certainly not accepted: due again at once or at that time, and may be sent with others. */
  readonly untaken: readonly number[]
  /** The same, because of what the operator can mend: they are tried again within a quarter of an hour, for ever. */
  readonly held: readonly number[]
  /** Not tried in this run: as they were before. */
  readonly untouched: readonly number[]
  /** One of a refused batch is to blame: each goes alone. */
  readonly alone: readonly number[]
  /** Perhaps taken by a transport that is not the first. */
  readonly triedBy: readonly { readonly id: number; readonly transport: string }[]
}

/** More tries than this are not counted while a mail is held. */
const HELD_ATTEMPTS = 5
/** Pause while only the operator can help: mails go out soon after the fault is fixed. */
const HELD_PAUSE_MS = 15 * 60_000

/** The claim that a settlement is about. */
export type Claim = {
  readonly batchKey: string | undefined
  /** When mails that were not taken are due again. */
  readonly dueAt: Date
}

/** The statements that write a settlement down. */
export function settleEmails(db: Database, settlement: Settlement, claim: Claim) {
  const { finished, untaken, held, untouched, alone, triedBy } = settlement
  const heldUntil = sql`cast(${claim.dueAt.getTime() + HELD_PAUSE_MS} as integer)`
  const release = sql`attempts = max(attempts - 1, 0), next_attempt_at = cast(${claim.dueAt.getTime()} as integer)`
  const isOfClaim = sql`batch_key = ${claim.batchKey ?? ''}`
  return [
    ...(finished.length === 0 ? [] : [db.delete(emailOutbox).where(isAmong(finished))]),
    ...update(db, untaken, sql`${release}, tried_by = '', batch_key = null`),
    ...update(
      db,
      held,
      sql`attempts = min(attempts, ${HELD_ATTEMPTS}), next_attempt_at = min(next_attempt_at, ${heldUntil}),
        tried_by = '', batch_key = null`,
    ),
    ...update(db, alone, sql`${release}, tried_by = null, batch_key = null`),
    ...update(
      db,
      untouched,
      sql`${release}, batch_key = case when ${isOfClaim} then null else batch_key end`,
    ),
    ...triedBy.flatMap(({ id, transport }) => update(db, [id], sql`tried_by = ${transport}`)),
  ]
}

function update(db: Database, ids: readonly number[], values: SQL) {
  if (ids.length === 0) return []
  return [db.run(sql`update ${emailOutbox} set ${values} where ${isAmong(ids)}`)]
}

function isAmong(ids: readonly number[]): SQL {
  return sql`${emailOutbox.id} in (select value from json_each(${JSON.stringify(ids)}))`
}

/** Why mails wait. */
export type MailProblem = {
  readonly kind: 'held' | 'busy' | 'failed'
  readonly reason: string
}

/** Remembers what a transport last said when it took nothing, and since when that is so. */
export function insertProblem(db: Database, problem: MailProblem, now: Date) {
  const { kind, reason } = problem
  return db
    .insert(mailProblems)
    .values({ transport: TRANSPORT, kind, reason, sinceAt: now, lastAt: now })
    .onConflictDoUpdate({
      target: mailProblems.transport,
      set: { kind, reason, lastAt: sql`excluded.last_at` },
    })
}

/** A transport takes mails again. */
export function deleteProblem(db: Database) {
  return db.delete(mailProblems)
}

/** All of them together. */
const TRANSPORT = 'all'

/** How many mails wait. */
export function countWaiting(db: Database): Promise<number> {
  return db.$count(emailOutbox, ne(emailOutbox.address, NO_RECIPIENT))
}
