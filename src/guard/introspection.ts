/**
 * Asks the service about a credential that cannot be verified locally, and caches the answer for a short time: a
 * revoked key stays accepted at most that long.
 */
import { callService, TIMEOUT_MS } from './call-service.ts'
import { withDeadline } from './deadline.ts'
import type { GuardOptions } from './options.ts'
import { unavailable } from './refusal.ts'
import { nowMs, objectOf, type Claims } from './values.ts'

/** Answers that an isolate keeps; the oldest go first. */
const MAX_ANSWERS = 1_000
const MAX_CACHE_SECONDS = 60

/** Good answers of one service, for a moment, by the digest of what was asked about: no credential stays in memory. */
export type Answers = Map<string, { readonly claims: Claims; readonly askedMs: number }>

/**
 * Asks the service about a token or key (RFC 7662). `undefined` where it is not good. At most one round
 * trip; none where a good answer is at most `cacheSeconds` old.
 *
 * @throws GuardError 503 where the service cannot be asked
 */
export async function introspect(
  options: GuardOptions,
  answers: Answers,
  token: string,
): Promise<Claims | undefined> {
  const cacheMs = Math.min(options.cacheSeconds ?? 10, MAX_CACHE_SECONDS) * 1000
  const askedMs = nowMs(options)
  const digest = await digestOf(token)
  const known = answers.get(digest)
  if (known !== undefined && askedMs < known.askedMs + cacheMs && !isOver(known.claims, askedMs)) {
    return known.claims
  }
  const claims = await ask(options, token)
  if (claims['active'] === false) return undefined
  answers.delete(digest)
  const [oldest = ''] = answers.size < MAX_ANSWERS ? [] : answers.keys()
  answers.delete(oldest)
  answers.set(digest, { claims, askedMs })
  return claims
}

function isOver({ exp }: Claims, now: number): boolean {
  return typeof exp === 'number' && exp * 1000 <= now
}

async function ask(options: GuardOptions, token: string): Promise<Claims> {
  try {
    const work =
      typeof options.auth === 'object' ? options.auth.verify(token) : post(options, token)
    const claims = objectOf(await withDeadline(work, options.timeoutMs ?? TIMEOUT_MS))
    if (typeof claims['active'] === 'boolean') return claims
    throw new Error('That is no answer of the service.')
  } catch (error) {
    throw unavailable(error)
  }
}

function post(options: GuardOptions, token: string): Promise<unknown> {
  const { id = '', secret = '' } = options.client ?? {}
  // RFC 6749 §2.3.1.
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return callService(options, 'token/introspect/', {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(pair)}` },
    body: new URLSearchParams({ token }),
  })
}

async function digestOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return new Uint8Array(digest).join()
}
