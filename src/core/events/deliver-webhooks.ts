/**
 * Sends webhooks that are due, signed (Standard Webhooks), with growing pauses after failures. Endpoints are the
 * operator's own configuration, so no address of a user is ever called (SSRF).
 */
import type { Deps } from '../../deps.ts'
import { publicUrlFault } from '../../settings/public-url.ts'
import type { Webhook } from '../../settings/webhooks.ts'
import { derivedPublicId } from '../tokens/public-id.ts'
import { signWebhook } from '../../webhook-signature.ts'
import {
  claimDeliveries,
  PAUSES_MS,
  settleDeliveries,
  type DeliverySettlement,
  type WebhookDelivery,
} from './webhook-deliveries.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** The slice of `Deps` that telling other systems needs. */
export type DeliveryDeps = Pick<Deps, 'db' | 'settings' | 'now' | 'elapsedMs' | 'fetch' | 'log'>

const ROUND_SIZE = 20
/** Maximum number of attempts per run to a receiver that is unavailable or rejects everything. */
const MAX_FAILURES = 3
/** Maximum duration of one run; a claim is valid for a minute. */
const RUN_MS = 40_000
/** A receiver should store and answer; one that works first is cut off here. */
const DEADLINE_MS = 10_000
/** Longest that a receiver's `Retry-After` is believed. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000

/**
 * Sends waiting messages to other systems; called by the cron handler. Receivers do not wait for each other. A message
 * whose answer got lost comes again under the same id. Answers how many were tried.
 */
export async function deliverWebhooks(deps: DeliveryDeps, maxRequests: number): Promise<number> {
  const { WEBHOOKS } = deps.settings
  const share = Math.max(2, Math.floor(maxRequests / Math.max(1, WEBHOOKS.length)))
  const counts = await Promise.all(WEBHOOKS.map((webhook) => deliverTo(deps, webhook, share)))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Sends what is due to one endpoint, until its share of requests is used or it fails. */
async function deliverTo(deps: DeliveryDeps, webhook: Webhook, share: number): Promise<number> {
  let tried = 0
  let failures = 0
  let rest = share
  while (failures < MAX_FAILURES && rest > 2 && deps.elapsedMs() < RUN_MS) {
    const claim = await claimDeliveries(deps.db, webhook.name, {
      now: timeOf(deps),
      size: Math.min(ROUND_SIZE, rest - 2),
    })
    if (claim.length === 0) break
    const taken: number[] = []
    const untouched: number[] = []
    const failed: DeliverySettlement['failed'][number][] = []
    for (const delivery of claim) {
      if (failures >= MAX_FAILURES || deps.elapsedMs() >= RUN_MS) {
        untouched.push(delivery.id)
        continue
      }
      tried += 1
      const verdict = await send(deps, webhook, delivery)
      failures = verdict.kind === 'taken' ? 0 : failures + 1
      if (verdict.kind === 'taken') taken.push(delivery.id)
      else failed.push(failureOf(deps, delivery, verdict))
    }
    rest -= claim.length + 2
    await settleDeliveries(deps.db, { taken, untouched, failed }, timeOf(deps))
  }
  return tried
}

function timeOf({ now, elapsedMs }: Pick<Deps, 'now' | 'elapsedMs'>): Date {
  return new Date(now.getTime() + elapsedMs())
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** What an answer means: delivered, try again, or gone. */
type Verdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number }
  /** The receiver unsubscribed (410). */
  | { readonly kind: 'gone'; readonly reason: string }

/** The body of a message: the same for every try. */
async function bodyOf(
  settings: Pick<Settings, 'SECRET_KEY'>,
  delivery: Pick<WebhookDelivery, 'type' | 'data' | 'createdAt'>,
): Promise<string> {
  const { type, createdAt } = delivery
  const data = await withPublicId(settings, delivery.data)
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), data })
}

/** An account that had no public id yet is named by the one that it gets with its first request. */
async function withPublicId(
  settings: Pick<Settings, 'SECRET_KEY'>,
  data: unknown,
): Promise<unknown> {
  const user = memberOf(data, 'user')
  const id = memberOf(user, 'id')
  if (memberOf(user, 'pk') !== null || typeof id !== 'number') return data
  const named = { ...Object(user), pk: await derivedPublicId(settings, id) } as unknown
  return { ...Object(data), user: named } as unknown
}

/** Sends one message. The body of the response is not read; redirects are not followed. */
export async function send(
  deps: Pick<Deps, 'fetch' | 'now' | 'elapsedMs' | 'settings'>,
  webhook: Webhook,
  delivery: Pick<WebhookDelivery, 'messageId' | 'type' | 'data' | 'createdAt'>,
): Promise<Verdict> {
  // Settings with such a URL are rejected at the start; this check holds even if that changes.
  if (publicUrlFault(webhook.url) !== undefined) return { kind: 'gone', reason: 'no public URL' }
  const body = await bodyOf(deps.settings, delivery)
  const message = { id: delivery.messageId, body, now: timeOf(deps) }
  try {
    const headers = await signWebhook(message, webhook.secrets)
    const response = await deps.fetch(webhook.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    await response.body?.cancel()
    return verdictOf(response)
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' }
  }
}

/** 2xx is delivered; 410 means that the endpoint is gone (Standard Webhooks); everything else is tried again. */
function verdictOf({ ok, status, headers }: Response): Verdict {
  if (ok) return { kind: 'taken' }
  const reason = `status ${status}`
  if (status === 410) return { kind: 'gone', reason }
  const header = headers.get('retry-after') ?? ''
  if (!/^\d{1,9}$/.test(header)) return { kind: 'failed', reason }
  const retryAfterMs = Math.min(Number(header) * 1000, MAX_RETRY_AFTER_MS)
  return { kind: 'failed', reason, retryAfterMs }
}

/** When a message is tried again, if at all; the log says of whom and why. */
function failureOf(
  deps: DeliveryDeps,
  delivery: WebhookDelivery,
  verdict: Exclude<Verdict, { kind: 'taken' }>,
): DeliverySettlement['failed'][number] {
  const { id, endpoint, type, attempts } = delivery
  const pauseMs = verdict.kind === 'gone' ? undefined : PAUSES_MS[attempts - 1]
  const { reason } = verdict
  const isGivenUp = pauseMs === undefined
  deps.log({
    level: isGivenUp ? 'error' : 'warning',
    event: isGivenUp ? 'webhook_given_up' : 'webhook_failed',
    endpoint,
    type,
    delivery_id: id,
    attempts,
    reason,
  })
  if (isGivenUp) return { id, reason, nextAttemptAt: null }
  const retryAfterMs = verdict.kind === 'failed' ? (verdict.retryAfterMs ?? 0) : 0
  const waitMs = Math.max(pauseMs, retryAfterMs)
  return { id, reason, nextAttemptAt: new Date(timeOf(deps).getTime() + waitMs) }
}
