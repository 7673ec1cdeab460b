import { countHit } from '../db/throttle.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from './authentication.ts'
import { throttled } from './errors.ts'

/** Seconds of DRF's and allauth's units. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** So many requests in so many seconds. */
export type Rate = { readonly limit: number; readonly windowSeconds: number }

/** Reads DRF's notation: `5/minute`, `100/d`; only the unit's first letter counts. */
export function parseRate(text: string): Rate {
  const [limit = '0', unit = 's'] = text.split('/')
  return { limit: Number(limit), windowSeconds: UNIT_SECONDS[unit.charAt(0)] ?? 1 }
}

/**
 * Counts the request in a scope of `DEFAULT_THROTTLE_RATES` (DRF: `ScopedRateThrottle`): by account when
 * somebody is logged in, by address else. Costs a round trip only where a rate is set.
 *
 * @throws ApiError 429
 */
export async function throttle(deps: Deps, caller: Caller, scope: string): Promise<void> {
  const text = deps.settings.DEFAULT_THROTTLE_RATES[scope]
  if (text === undefined) return
  const rate = parseRate(text)
  const identity = caller.kind === 'user' ? `user:${caller.user.id}` : `ip:${clientBlock(deps)}`
  const waitSeconds = await countHit(deps.db, `${scope}:${identity}`, rate, deps.now)
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}

/** The client's address, IPv6 by its /64: one subscriber has that many addresses. */
export function clientBlock(deps: Pick<Deps, 'client'>): string {
  const address = deps.client.address
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0')
  const whole = tail === undefined ? groups : [...groups, ...zeros, ...rest]
  const block = whole.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${block.join(':')}::/64`
}
