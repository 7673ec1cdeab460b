import { and, desc, eq, gte, lt, sql, type SQL } from 'drizzle-orm'
import type { UserId } from '../tokens/credentials.sql.ts'
import { insertRow } from '../../db/insert-row.ts'
import { compiled } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { auditEvents } from '../../db/schema.ts'
import type { Actor } from '../../deps.ts'
import { tally } from '../limits/hits.sql.ts'

/** What is worth knowing afterwards. */
export type AuditKind =
  | 'activated'
  | 'deactivated'
  | 'login'
  | 'login_failed'
  | 'login_unverified'
  | 'logout'
  | 'logged_out_everywhere'
  | 'registered'
  | 'email_verified'
  | 'email_added'
  | 'email_change_undone'
  | 'email_removed'
  | 'password_changed'
  | 'password_reset'
  | 'refresh_token_reused'
  /** A right password, or another first step, of an account whose second factor is still to come. */
  | 'login_mfa_required'
  /** A wrong code of a second factor, whatever it was for. */
  | 'mfa_failed'
  | 'totp_activated'
  | 'totp_deactivated'
  /** The operator took every factor away. */
  | 'factors_reset'
  /** Somebody who is signed in proved again to be there, or failed to. */
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
  | 'reset_requested'
  | 'verification_sent'
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

/** What an event changed, in clear: no secret stands in it. */
export type AuditedChange = {
  readonly before?: AuditedValues
  readonly after?: AuditedValues
}

type AuditedValues = Readonly<Record<string, string | number | boolean | null>>

/** Something that happened to an account; `userId` may be a subquery, where it finds nobody nothing is written. */
export type NewAuditEvent = {
  readonly kind: AuditKind
  readonly userId: UserId
  readonly detail: AuditDetail
}

/** Writes an event and counts it in its hour. */
export function insertAuditEvent(db: Database, { kind, userId, detail }: NewAuditEvent, now: Date) {
  const values = { kind, userId, detail: JSON.stringify(detail), nowMs: now.getTime() }
  if (typeof userId === 'number') return [insertEventOf(db, values), tally(db, kind, now)] as const
  const isSomebody = sql`${userId} is not null`
  return [insertEvent(db, values, isSomebody), tally(db, kind, now, isSomebody)] as const
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
  return insertRow(db, auditEvents, row, sql`where ${condition}`)
}

/** An event as an operator reads it. */
export type AuditEvent = {
  readonly id: number
  readonly kind: string
  readonly userId: number | null
  readonly detail: unknown
  readonly happenedAt: Date
}

/** Which events are asked for; the newest come first. */
export type AuditFilter = {
  readonly kind?: string
  readonly userId?: number
  readonly since?: Date
  /** Older than this event: for the next page. */
  readonly before?: number
  readonly limit: number
}

/** Lists events. One round trip. */
export async function listAuditEvents(
  db: Database,
  filter: AuditFilter,
): Promise<readonly AuditEvent[]> {
  const { kind, userId, since, before, limit } = filter
  return db
    .select()
    .from(auditEvents)
    .where(
      and(
        kind === undefined ? undefined : eq(auditEvents.kind, kind),
        userId === undefined ? undefined : eq(auditEvents.userId, userId),
        since === undefined ? undefined : gte(auditEvents.happenedAt, since),
        before === undefined ? undefined : lt(auditEvents.id, before),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(limit)
}
