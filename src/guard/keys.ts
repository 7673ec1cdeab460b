/**
 * The service's public keys, cached, and fetched again for an unknown key id, at most every so often: anyone can
 * send tokens with invented ids.
 */
import { withDeadline } from './deadline.ts'
import { importPublicKey, publicKeysOf, type Jws, type PublicKey } from './jws.ts'
import { unavailable } from './refusal.ts'

/** Keys are asked for again after this, so that one that was taken back is soon forgotten. */
const FRESH_MS = 10 * 60_000
/** Older keys serve where the service cannot be asked (RFC 5861 §4), but not for ever. */
const STALE_MS = 24 * 60 * 60_000
/** An unknown key id asks at once, but no more often than this: an attacker can invent key ids. */
const COOLDOWN_MS = 60_000
/** The same while there are no keys at all, so that a moment's fault does not last a minute. */
const FIRST_COOLDOWN_MS = 1_000

/** How to ask for the keys. */
type Loading = {
  readonly load: () => PromiseLike<unknown>
  readonly timeoutMs: number
  readonly nowMs: number
}

/** The public keys of one service, kept for all requests of an isolate or process. */
export type KeySet = {
  /**
   * The keys that may have signed a token: by its key id, else all of its algorithm. `undefined` where the
   * service has told its keys and they are none: it signs with a secret.
   *
   * @throws GuardError 503 where it cannot be asked
   */
  readonly find: (jws: Jws, loading: Loading) => Promise<readonly CryptoKey[] | undefined>
}

/** Knows no keys yet. */
export function createKeySet(): KeySet {
  let keys: readonly PublicKey[] = []
  let loadedMs = -Infinity
  let attemptedMs = -Infinity
  let inFlight: Promise<void> | undefined
  /** Why the last attempt came to nothing. */
  let failure: unknown

  const ask = async ({ load, timeoutMs, nowMs }: Loading): Promise<void> => {
    try {
      keys = publicKeysOf(await withDeadline(load(), timeoutMs))
      loadedMs = nowMs
      failure = undefined
    } finally {
      inFlight = undefined
    }
  }
  const find: KeySet['find'] = async (jws, loading) => {
    const { nowMs, timeoutMs } = loading
    const sinceMs = nowMs - attemptedMs
    // One that has not ended by its deadline died with the request that began it.
    const isPending = inFlight !== undefined && sinceMs <= timeoutMs
    // While someone asks already, a key that was good a moment ago serves on.
    const isGood = nowMs - loadedMs < (isPending ? STALE_MS : FRESH_MS)
    if (isGood && matching(keys, jws).length > 0) return importAll(matching(keys, jws))
    if (!isPending && sinceMs >= (loadedMs > 0 ? COOLDOWN_MS : FIRST_COOLDOWN_MS)) {
      attemptedMs = nowMs
      inFlight = ask(loading)
    }
    await withDeadline(inFlight, timeoutMs).catch((error: unknown) => {
      failure = error
    })
    const found = nowMs - loadedMs < STALE_MS ? matching(keys, jws) : []
    if (failure !== undefined && found.length === 0) throw unavailable(failure)
    return keys.length > 0 ? importAll(found) : undefined
  }
  return { find }
}

function matching(keys: readonly PublicKey[], { algorithm, keyId }: Jws): readonly PublicKey[] {
  return keys.filter(
    (key) => key.algorithm === algorithm && (keyId === undefined || key.keyId === keyId),
  )
}

const imported = new WeakMap<PublicKey, CryptoKey>()

async function importAll(keys: readonly PublicKey[]): Promise<readonly CryptoKey[]> {
  const ready: CryptoKey[] = []
  for (const key of keys) {
    const known = imported.get(key) ?? (await importPublicKey(key))
    if (known === undefined) continue
    imported.set(key, known)
    ready.push(known)
  }
  return ready
}
