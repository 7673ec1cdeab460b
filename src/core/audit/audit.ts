/**
 * Recording audit events, and sending those that webhooks subscribe to. Logins are recorded after the response: no
 * client waits for it, and its time reveals nothing.
 */
import {
  insertActEvent,
  insertAuditEvent,
  insertUncountedEvent,
  type AuditedChange,
  type AuditKind,
  type NewActEvent,
} from './audit.sql.ts'
import type { UserId } from '../tokens/credentials.sql.ts'
import { tally } from '../limits/hits.sql.ts'
import type { Hit } from '../limits/count.ts'
import { releaseHits } from '../limits/throttle.sql.ts'
import type { Statement } from '../../db/open.ts'
import type { Deps } from '../../deps.ts'
import { clientKey, isFailureHit } from '../limits/rate-limits.ts'
import { loadEvents } from '../events/load-events.ts'

/** The slice of `Deps` that noting events needs. */
export type AuditDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'client' | 'actor'>

/**
 * The statements that record an event and send it to other systems (`WEBHOOKS`), for the batch of what happened;
 * nothing is noted with `AUDIT_EVENTS` off.
 * `userId` may be a subquery: where it finds no account, nothing happened and nothing is recorded.
 */
export function auditEvent(deps: AuditDeps, kind: AuditKind, userId: UserId) {
  return auditChange(deps, kind, { userId })
}

/** The same, with what was changed. */
export async function auditChange(
  deps: AuditDeps,
  kind: AuditKind,
  { userId, ...change }: AuditedChange & { readonly userId: UserId },
) {
  const announced = await announceEvent(deps, kind, { userId, ...change })
  const { db, settings, now } = deps
  if (!settings.AUDIT_EVENTS) return announced
  const detail = { ...(await originOf(deps)), ...change }
  return [...insertAuditEvent(db, { kind, userId, detail }, now), ...announced]
}

/**
 * The same in two: what is written with the event, and its count for after the answer, where the event happened. An hour's
 * count may miss one that the log has; the log misses none.
 */
export async function auditEventCountedLater(
  deps: AuditDeps,
  kind: AuditKind,
  userId: UserId,
): Promise<{ readonly noted: readonly Statement[]; readonly counted: readonly Statement[] }> {
  const announced = await announceEvent(deps, kind, { userId })
  const { db, settings, now } = deps
  if (!settings.AUDIT_EVENTS) return { noted: announced, counted: [] }
  const event = { kind, userId, detail: await originOf(deps) }
  return {
    noted: [insertUncountedEvent(db, event, now), ...announced],
    counted: [tally(db, { kind, now })],
  }
}

/**
 * The statements that note what was done to a mail, an invitation, a message to another system: to no account, or not to
 * one alone. For the batch of the act, in front of it where they tell what was before.
 */
export async function noteAct(
  deps: AuditDeps,
  kind: AuditKind,
  act: Omit<NewActEvent, 'kind' | 'detail'>,
) {
  if (!deps.settings.AUDIT_EVENTS) return []
  return insertActEvent(deps.db, { ...act, kind, detail: await originOf(deps) }, deps.now)
}

/** From where an event came, and who caused it where that was not the owner. */
async function originOf(deps: AuditDeps) {
  const { client, actor } = deps
  return {
    client: await clientKey(deps),
    country: client.country,
    user_agent: client.userAgent,
    ...(actor === undefined ? {} : { by: actor }),
  }
}

/** The statements that queue messages to other systems, where `WEBHOOKS` names some: nothing of it is read else. */
async function announceEvent(
  deps: AuditDeps,
  kind: AuditKind,
  { userId, ...change }: AuditedChange & { readonly userId: UserId },
) {
  if (deps.settings.WEBHOOKS.length === 0) return []
  const { webhookEventOf, webhookStatements } = await loadEvents()
  const event = webhookEventOf(kind)
  return event === undefined
    ? []
    : webhookStatements(deps, event.type, { userId, ...event.detail, ...change })
}

/**
 * Notes how a login ended, after the answer. A right password takes back its own hits of `login_failed`
 * and for no other account; a wrong one for no account is only counted, so that guessing fills no table.
 */
export function noteLogin(
  deps: AuditDeps & Pick<Deps, 'deferWrites'>,
  login: {
    readonly kind: 'login' | 'login_unverified' | 'login_mfa_required' | 'login_failed'
    readonly userId: number | undefined
    readonly hits: readonly Hit[]
  },
): void {
  const make = () => writesOfLogin(deps, login)
  // More is written of an account than of none: that begins when the refusal has left (timing side channel).
  deps.deferWrites(login.kind === 'login' ? make() : make)
}

async function writesOfLogin(
  deps: AuditDeps,
  { kind, userId, hits }: Parameters<typeof noteLogin>[1],
): Promise<readonly Statement[]> {
  const { db, settings, now } = deps
  const failures = kind === 'login_failed' ? [] : hits.filter(isFailureHit)
  const unknown = settings.AUDIT_EVENTS && userId === undefined ? [tally(db, { kind, now })] : []
  return [
    ...(failures.length === 0 ? [] : [releaseHits(db, failures)]),
    ...(userId === undefined ? unknown : await auditEvent(deps, kind, userId)),
  ]
}
