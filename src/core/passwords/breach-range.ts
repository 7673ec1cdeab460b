/** The range API of breached passwords: k-anonymity, cached ranges, a deadline, and a pause after failures. */
import { readBounded } from '../../bounded-body.ts'
import { sha1Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'

/** The slice of `Deps` that asking for breached passwords needs. */
export type BreachDeps = Pick<Deps, 'settings' | 'now' | 'fetch' | 'log'>

/** What the service knows of a password. */
export type Breach = 'breached' | 'unknown' | 'unavailable'

/** Longest answer that is read: a padded range has about 40 KiB. */
const MAX_ANSWER_BYTES = 256 * 1024
/** At most 8 MiB of an isolate's memory, and about 2 MiB as ranges are. */
const MAX_RANGES = 32
const RANGE_LIFETIME_MS = 600_000
/** After a failure the service is not waited for again for this long. */
const PAUSE_MS = 10_000
const PREFIX_LENGTH = 5

type Range = { readonly suffixes: string; readonly expiresAtMs: number }

// What an isolate knows of the service: public ranges by URL, the last used last; nothing of who asked.
const ranges = new Map<string, Range>()
const pausedUntilMs = new Map<string, number>()

/**
 * Asks the range API by k-anonymity: of the password's SHA-1 it learns the first 20 bits, which some thousand known
 * passwords share, and padding hides from onlookers how many (haveibeenpwned.com/API/v3#PwnedPasswords). Bounded in
 * time and size; an answer of another shape counts as none.
 */
export async function findBreach(deps: BreachDeps, password: string): Promise<Breach> {
  const digest = (await sha1Hex(password)).toUpperCase()
  const suffixes = await rangeOf(deps, digest.slice(0, PREFIX_LENGTH))
  if (suffixes === undefined) return 'unavailable'
  const count = countOf(suffixes, digest.slice(PREFIX_LENGTH))
  return count > 0 ? 'breached' : 'unknown'
}

/** How often a suffix has leaked; padding has the count 0. */
function countOf(suffixes: string, suffix: string): number {
  const start = suffixes.indexOf(`${suffix}:`)
  return start < 0 ? 0 : Number.parseInt(suffixes.slice(start + suffix.length + 1), 10)
}

/** The suffixes of a range, cached; `undefined` where the service does not answer. */
async function rangeOf(deps: BreachDeps, prefix: string): Promise<string | undefined> {
  const { settings, now, log } = deps
  const url = settings.PASSWORD_BREACH_URL + prefix
  const known = ranges.get(url)
  if (known !== undefined && known.expiresAtMs > now.getTime()) {
    keep(url, known)
    return known.suffixes
  }
  if ((pausedUntilMs.get(settings.PASSWORD_BREACH_URL) ?? 0) > now.getTime()) return undefined
  const suffixes = await askFor(deps, url)
  if (suffixes === undefined) {
    pausedUntilMs.set(settings.PASSWORD_BREACH_URL, now.getTime() + PAUSE_MS)
    log({ level: 'error', event: 'breach_check_unavailable' })
    return undefined
  }
  pausedUntilMs.delete(settings.PASSWORD_BREACH_URL)
  keep(url, { suffixes, expiresAtMs: now.getTime() + RANGE_LIFETIME_MS })
  return suffixes
}

/** Keeps a range as the last used, in place of the least recently used one. */
function keep(url: string, range: Range): void {
  ranges.delete(url)
  ranges.set(url, range)
  for (const oldest of ranges.keys()) {
    if (ranges.size <= MAX_RANGES) return
    ranges.delete(oldest)
  }
}

/** The whole of a range's answer, and nothing else. */
const RANGE = /^(?:[0-9A-F]{35}:\d{1,10}(?:\r?\n|$))+$/

async function askFor(deps: BreachDeps, url: string): Promise<string | undefined> {
  try {
    const response = await deps.fetch(url, {
      headers: { 'add-padding': 'true', accept: 'text/plain', 'user-agent': 'rest-auth-edge' },
      redirect: 'manual',
      signal: AbortSignal.timeout(deps.settings.PASSWORD_BREACH_TIMEOUT_MS),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return undefined
    }
    const text = await readBounded(response, MAX_ANSWER_BYTES)
    return text !== undefined && RANGE.test(text) ? text : undefined
  } catch {
    // Refused, cut, or out of time: what was thrown differs by runtime and says no more than this.
    return undefined
  }
}
