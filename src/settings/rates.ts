/** A number of requests in a sliding window. `per`: what is counted together. */
export type Rate = {
  readonly limit: number
  readonly windowSeconds: number
  readonly per: 'ip' | 'user' | 'key'
}

/** What can be limited: allauth's names, the refresh of a token, and mails that unauthenticated clients cause. */
export const RATE_ACTIONS = [
  'login',
  'login_failed',
  'signup',
  'reset_password',
  'reset_password_from_key',
  'change_password',
  'confirm_email',
  'manage_email',
  'token_refresh',
  'send_email',
  'reauthenticate',
  'request_login_code',
] as const

/** Seconds of DRF's and allauth's units. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `10/m/ip`, `5/300s/key`, `1/0.5h`; the client's address is counted by default. */
const RATE = /^(\d+)\/(\d*(?:\.\d*)?)([smhd])(?:\/(ip|user|key))?$/

/** Reads one rate or several, separated by commas (allauth: `parse_rates`); `undefined` when it is none. */
export function parseRates(text: string): readonly Rate[] | undefined {
  const rates: Rate[] = []
  for (const one of text.split(',')) {
    const match = RATE.exec(one.trim())
    if (match === null) return undefined
    const [, limit = '', units, unit = 's', per] = match
    const seconds = Number(units === '' ? 1 : units) * (UNIT_SECONDS[unit] ?? 1)
    // 0.7 days are whole seconds, but not as floating point multiplies them.
    const windowSeconds = Math.round(seconds * 1e6) / 1e6
    if (windowSeconds === 0 || !Number.isSafeInteger(windowSeconds * 1000)) return undefined
    if (!Number.isSafeInteger(Number(limit))) return undefined
    rates.push({
      limit: Number(limit),
      windowSeconds,
      per: per === 'user' || per === 'key' ? per : 'ip',
    })
  }
  return rates
}

/** Reads DRF's notation: `5/minute`, `100/d`; only the unit's first letter counts. */
export function parseScopeRate(text: string): Omit<Rate, 'per'> | undefined {
  const match = /^(\d+)\/([smhd])/.exec(text)
  if (match === null) return undefined
  const [, limit = '0', unit = 's'] = match
  return { limit: Number(limit), windowSeconds: UNIT_SECONDS[unit] ?? 1 }
}
