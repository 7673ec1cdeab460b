/**
 * SQL of the audit log: an append-only table of what happened to accounts and who did it. Rows are inserted in the
 * batch of their cause, so an event without its effect, or the other way round, cannot exist.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { UserId } from '../tokens/credentials.sql.ts'
import { insertRow } from '../../db/insert-row.ts'
import { compiled } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { auditEvents } from '../../db/schema/audit.ts'
import type { Actor } from '../../deps.ts'
import { tally } from '../limits/hits.sql.ts'

/** What is worth knowing afterwards. */
export type AuditKind =
  | 'activated'
  | 'deactivated'
  | 'login'
  | 'login_failed'
  /** A hook rejected a proved user. */
  | 'login_denied'
  | 'login_unverified'
  | 'logout'
  | 'logged_out_everywhere'
  | 'registered'
  | 'email_verified'
  | 'email_added'
  | 'account_deletion_requested'
  | 'account_deletion_undone'
  | 'account_deleted'
  | 'account_exported'
  | 'email_change_undone'
  | 'email_removed'
  | 'password_changed'
  | 'password_reset'
  | 'refresh_token_reused'
  /** A right password, or another first step, of an account whose second factor is still to come. */
  | 'login_mfa_required'
  /** A wrong code of a second factor, for any purpose. */
  | 'mfa_failed'
  | 'totp_activated'
  | 'totp_deactivated'
  /** The operator took every factor away. */
  | 'factors_reset'
  /** Someone who is signed in proved again to be there, or failed to. */
  | 'reauthenticated'
  | 'reauthentication_failed'
  | 'recovery_code_used'
  | 'recovery_codes_generated'
  | 'passkey_added'
  | 'passkey_removed'
  | 'session_ended'
  | 'social_account_connected'
  | 'social_account_disconnected'
  /** A provider vouched for an address: who had made the account without verifying it is out. */
  | 'claimant_shut_out'
  /** What follows is done by others than the owner: `by` says who, `before` and `after` what. */
  | 'email_changed'
  | 'profile_changed'
  | 'rights_changed'
  | 'unlocked'
  | 'impersonated'
  | 'reset_requested'
  | 'verification_sent'
  /** These are about no account, or not about one alone. */
  | 'invited'
  | 'invitation_revoked'
  | 'mail_resent'
  | 'suppression_lifted'
  | 'webhooks_replayed'
  /** The account is gone, and what was noted of it: this row is all that is left. */
  | 'deleted'

/** Where it came from: no address in clear, the same client has the same `client`. */
type AuditDetail = {
  readonly client: string
  readonly country: string
  readonly user_agent: string
  /** Who did it, where it was not the owner. */
  readonly by?: Actor
} & AuditedChange

/** What an event changed, in clear: it contains no secret. */
export type AuditedChange = {
  readonly before?: AuditedValues
  readonly after?: AuditedValues
}

type AuditedValues = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** Something that happened to an account; `userId` may be a subquery, where it finds no account, nothing is written. */
export type NewAuditEvent = {
  readonly kind: AuditKind
  readonly userId: UserId
  readonly detail: AuditDetail
}

/** Writes an event and counts it in its hour. */
export function insertAuditEvent(db: Database, { kind, userId, detail }: NewAuditEvent, now: Date) {
  const isSomebody = typeof userId === 'number' ? undefined : sql`${userId} is not null`
  const event = insertUncountedEvent(db, { kind, userId, detail }, now)
  return [event, tally(db, { kind, now }, isSomebody)] as const
}

/** Writes an event that whoever writes it counts after the answer, where the batch made it happen. */
export function insertUncountedEvent(
  db: Database,
  { kind, userId, detail }: NewAuditEvent,
  now: Date,
) {
  const values = { kind, userId, detail: JSON.stringify(detail), nowMs: now.getTime() }
  if (typeof userId === 'number') return insertEventOf(db, values)
  return insertEvent(db, values, sql`${userId} is not null`)
}

/** An act that need not be about an account. */
export type NewActEvent = {
  readonly kind: AuditKind
  readonly detail: AuditDetail
  /** Whose account it is about; a subquery may find none. */
  readonly userId: SQL
  /** Where this does not hold, nothing is written. */
  readonly condition: SQL
  /** JSON of what was, and what is: subqueries that see the rows as they are when the statement runs. */
  readonly before?: SQL | undefined
  readonly after?: SQL | undefined
}

/** Writes an act about any account, and counts it in its hour. */
export function insertActEvent(db: Database, act: NewActEvent, now: Date) {
  const { kind, detail, userId, condition, before, after } = act
  const states = [
    ...(before === undefined ? [] : [sql`'$.before', json(${before})`]),
    ...(after === undefined ? [] : [sql`'$.after', json(${after})`]),
  ]
  const text = JSON.stringify(detail)
  const whole =
    states.length === 0 ? sql`${text}` : sql`json_set(${text}, ${sql.join(states, sql`, `)})`
  const row = { kind, userId, detail: whole, nowMs: now.getTime() }
  return [insertEvent(db, row, condition), tally(db, { kind, now }, condition)] as const
}

/** Of an account that is known: built once. */
const insertEventOf = compiled(['kind', 'userId', 'detail', 'nowMs'], (db, event) =>
  insertEvent(db, event, sql`1`),
)

function insertEvent(
  db: Database,
  event: Readonly<Record<'kind' | 'userId' | 'detail' | 'nowMs', unknown>>,
  condition: SQL,
) {
  const row = {
    kind: sql`${event.kind}`,
    userId: sql`${event.userId}`,
    detail: sql`${event.detail}`,
    happenedAt: sql`cast(${event.nowMs} as integer)`,
  }
  return insertRow(db, auditEvents, { values: row, from: sql`where ${condition}` })
}
