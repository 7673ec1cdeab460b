/**
 * A provider's public keys, cached for the isolate and fetched again when an unknown key id appears, at most every
 * so often.
 */
import type { JSONWebKeySet } from 'jose'
import type { ProviderRequest, Rejected, Unavailable } from './provider.ts'
import { rejected } from './profile.ts'
import { recordOf, requestJson } from './request-json.ts'

/** Keys are asked for again after this, so that a key the provider took back is soon forgotten here. */
const LIFETIME_MS = 10 * 60_000
/** A token with an unknown key asks at once, but no more often than this: an attacker can invent key ids. */
const COOLDOWN_MS = 30_000
/** Key sets kept by an isolate. */
const MAX_KEY_SETS = 20

type KeySet = { readonly keys: JSONWebKeySet; readonly fetchedAtMs: number }

const keySets = new Map<string, KeySet>()

/** Outcome of asking for a provider's keys. */
export type KeysOutcome =
  | { readonly kind: 'keys'; readonly keys: JSONWebKeySet }
  | Rejected
  | Unavailable

/**
 * The provider's keys (RFC 7517 §5), kept for ten minutes. A key id that is not among them makes them
 * be fetched again: that is how providers rotate.
 */
export async function fetchKeys(
  attempt: Pick<ProviderRequest, 'fetch' | 'signal' | 'now'>,
  url: string,
  keyId: string | undefined,
): Promise<KeysOutcome> {
  const known = keySets.get(url)
  const ageMs = known === undefined ? Infinity : Math.abs(attempt.now.getTime() - known.fetchedAtMs)
  if (
    known !== undefined &&
    (ageMs < COOLDOWN_MS || (ageMs < LIFETIME_MS && holds(known, keyId)))
  ) {
    return { kind: 'keys', keys: known.keys }
  }
  const answer = await requestJson(attempt, url, { during: 'profile' })
  if (answer.kind === 'unavailable') return answer
  const list = recordOf(answer.json)?.['keys']
  if (answer.status !== 200 || !Array.isArray(list)) return rejected('bad_answer')
  const keys = { keys: list.filter((key) => recordOf(key) !== undefined) }
  if (keySets.size >= MAX_KEY_SETS) forgetOldest()
  keySets.delete(url)
  keySets.set(url, { keys, fetchedAtMs: attempt.now.getTime() })
  return { kind: 'keys', keys }
}

/** Whether the cached set has a key of this id. */
function holds(set: KeySet, keyId: string | undefined): boolean {
  return keyId === undefined || set.keys.keys.some((key) => key.kid === keyId)
}

/** A Map keeps the order of insertion. */
function forgetOldest(): void {
  const [oldest] = keySets.keys()
  if (oldest !== undefined) keySets.delete(oldest)
}
