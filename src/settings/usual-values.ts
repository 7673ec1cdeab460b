/** Parsers of structures that many deployments give: they are part of every start. */
import { parseRates, RATE_ACTIONS } from './rates.ts'
import { parseBoolean } from './raw-value.ts'
import { strip } from '../strip.ts'

/** Rates by action, in allauth's notation, several separated by commas. */
export type RateLimits = Readonly<Record<string, string>>

/** One field of `ACCOUNT_SIGNUP_FIELDS`. */
export type SignupField = { readonly name: string; readonly required: boolean }

/** What a login may name. */
export type LoginMethod = 'username' | 'email'

/** `ACCOUNT_LOGIN_METHODS`: a set of methods in any order. */
export function parseLoginMethods(raw: unknown): readonly LoginMethod[] {
  const words = typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw
  if (!Array.isArray(words) || words.length === 0) throw new Error('must name username or email')
  return words.map((word: unknown) => {
    if (word !== 'username' && word !== 'email') {
      throw new Error(`knows username and email, not ${JSON.stringify(word)}`)
    }
    return word
  })
}

const SIGNUP_FIELDS = ['username', 'email', 'email2', 'password1', 'password2']

/** `ACCOUNT_SIGNUP_FIELDS`: names, with `*` behind those that are required. */
export function parseSignupFields(raw: unknown): readonly SignupField[] {
  const words = typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw
  if (!Array.isArray(words)) throw new Error('must be a list of fields')
  return words.map((word) => {
    const text = String(word)
    const required = text.endsWith('*')
    const name = required ? text.slice(0, -1) : text
    if (!SIGNUP_FIELDS.includes(name)) {
      throw new Error(`knows ${SIGNUP_FIELDS.join(', ')}, not ${JSON.stringify(word)}`)
    }
    return { name, required }
  })
}

/** allauth's actions, too, that nothing here does: accepted, and never counted. */
const KNOWN_ACTIONS: readonly string[] = [...RATE_ACTIONS, 'verify_phone', 'change_phone']

/**
 * `ACCOUNT_RATE_LIMITS`: allauth's `5/m/user,20/h/ip` by action, over the defaults of the mode; `false` turns all off. In
 * `exact` there are none: allauth's own count in its views, which dj-rest-auth does not call.
 */
export function parseRateLimits(raw: unknown, absent: unknown): RateLimits {
  const isOff = [false, null, 'false', 'False', 'None'].some((none) => none === raw)
  if (isOff) return {}
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Error('must be an object or false')
  const limits: Record<string, string> = Object.assign({}, absent)
  for (const [action, rate] of Object.entries(raw)) {
    if (!KNOWN_ACTIONS.includes(action)) {
      throw new Error(`knows ${KNOWN_ACTIONS.join(', ')}, not ${JSON.stringify(action)}`)
    }
    const isBlank = typeof rate === 'string' && rate.trim() === ''
    if (rate === null || rate === false || isBlank) {
      delete limits[action]
      continue
    }
    if (typeof rate !== 'string' || parseRates(rate) === undefined) {
      throw new Error(`has rates like "10/m/ip,5/300s/key", not ${JSON.stringify(rate)}`)
    }
    limits[action] = rate
  }
  return limits
}

/** An object of texts; what is in them is judged elsewhere. */
export function parseFrontendUrls(raw: unknown): Readonly<Record<string, string>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new Error('must be an object of name and URL')
  }
  return Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, String(text)]))
}

/** `DEFAULT_THROTTLE_RATES`, as `100/hour` by scope. */
export function parseThrottleRates(raw: unknown): Readonly<Record<string, string>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new Error('must be an object of scope and rate')
  }
  const rates: Record<string, string> = {}
  for (const [scope, rate] of Object.entries(raw)) {
    if (rate === null) continue
    if (typeof rate !== 'string' || !/^\d+\/[smhd]/.test(rate)) {
      throw new Error(`has a rate like "5/minute" for each scope, not ${JSON.stringify(rate)}`)
    }
    rates[scope] = rate
  }
  return rates
}

/** A PEM on one line, as .env files hold it: `\n` stands for the line's end. */
export function unescapePem(text: string): string {
  return text.startsWith('-----BEGIN ') ? text.replaceAll('\\n', '\n') : text
}

/** `TOKEN_MODEL`: whether there is one. */
export function parseTokenModel(raw: unknown): 'Token' | undefined {
  const isNone = [null, false, '', 'None', 'False', 'false'].some((none) => none === raw)
  if (isNone) return undefined
  if (typeof raw === 'string' && /^(?!true$)[a-z_][\w.]*$/i.test(raw)) return 'Token'
  throw new Error('must be null or the name of a token model')
}

/** `ACCOUNT_PREVENT_ENUMERATION`: a boolean, or allauth's `strict`. */
export function parseEnumeration(raw: unknown): boolean | 'strict' {
  if (String(raw).toLowerCase() === 'strict') return 'strict'
  try {
    return parseBoolean(raw)
  } catch {
    throw new Error('must be true, false or strict')
  }
}

/** `URL_PREFIX`, with a slash at both ends. */
export function parsePrefix(raw: unknown): string {
  const trimmed = strip(String(raw), (character) => character === '/')
  const hasDots = trimmed.split('/').some((part) => part === '.' || part === '..')
  if (hasDots || !/^(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/.test(trimmed)) {
    throw new Error('must be a path like /dj-rest-auth/')
  }
  return trimmed === '' ? '/' : `/${trimmed}/`
}

/** `aud`: one name is sent as a string, several as a list. */
export function parseAudience(raw: unknown): string | readonly string[] | undefined {
  if (raw === null || raw === '' || raw === undefined) return undefined
  if (typeof raw === 'string') return raw
  if (Array.isArray(raw) && raw.length > 0 && raw.every((name) => typeof name === 'string')) {
    return raw
  }
  throw new Error('must be a string or a list of strings that is not empty')
}
