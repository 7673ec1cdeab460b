/**
 * Which settings of Django, DRF and allauth correspond to which of ours, and which are left out for what reason.
 */
import { removedSettings } from '../../settings/removed.ts'
import { SETTINGS } from '../../settings/parse.ts'
import { UNREADABLE } from './python-literal.ts'
import type { DjangoSettings } from './read.ts'

/** Django's settings under the names that they have here; and those that have none. */
export type FlatSettings = {
  readonly settings: Readonly<Record<string, unknown>>
  /** Names that may matter to logins: why each is left out. */
  readonly notes: readonly string[]
  /** Names of everything else in a Django project. */
  readonly ignored: readonly string[]
}

/** Names that older versions had, and what they are called now. */
const RENAMED: Readonly<Record<string, string>> = {
  REST_USE_JWT: 'USE_JWT',
  REST_SESSION_LOGIN: 'SESSION_LOGIN',
  REST_AUTH_TOKEN_MODEL: 'TOKEN_MODEL',
  CORS_ORIGIN_ALLOW_ALL: 'CORS_ALLOW_ALL_ORIGINS',
  CORS_ORIGIN_WHITELIST: 'CORS_ALLOWED_ORIGINS',
  CORS_ORIGIN_REGEX_WHITELIST: 'CORS_ALLOWED_ORIGIN_REGEXES',
}

/** Settings that hold others, and how those are called here. */
const DICTIONARIES: Readonly<Record<string, (name: string) => string>> = {
  REST_AUTH: (name) => name,
  SIMPLE_JWT: (name) => `SIMPLE_JWT_${name}`,
  REST_FRAMEWORK: (name) => name,
}

/** What other parts of the translation read. */
const READ_ELSEWHERE = new Set([
  'MFA_SUPPORTED_TYPES',
  'SECRET_KEY',
  'SECRET_KEY_FALLBACKS',
  'SOCIALACCOUNT_PROVIDERS',
  'AUTH_USER_MODEL',
  'USE_TZ',
  'PASSWORD_HASHERS',
  'ACCOUNT_AUTHENTICATION_METHOD',
  'ACCOUNT_EMAIL_REQUIRED',
  'ACCOUNT_USERNAME_REQUIRED',
  'ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE',
  'ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE',
  'SIMPLE_JWT.SIGNING_KEY',
  'SIMPLE_JWT.VERIFYING_KEY',
])

/** Packages and parts of Django that this service replaces: what of them is dropped must be said. */
const ABOUT_LOGINS =
  /^(?:REST_|ALLAUTH_|SIMPLE_JWT|JWT_|ACCOUNT_|SOCIALACCOUNT_|HEADLESS_|USERSESSIONS_|MFA_|OTP_|CORS_|CSRF_|SESSION_|PASSWORD_|AUTH_|AUTHENTICATION_|LOGIN_|LOGOUT_|REFRESH_TOKEN_|OLD_PASSWORD_|USER_|AXES_|RATELIMIT_|DJOSER)/

/** Flattens nested settings and renames old ones; of two names the newer one counts. */
export function flattenSettings(django: DjangoSettings): FlatSettings {
  const settings: Record<string, unknown> = {}
  const notes: string[] = []
  const ignored: string[] = []
  for (const [name, value] of Object.entries(django)) {
    if (Object.hasOwn(DICTIONARIES, name)) continue
    const known = (Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined) ?? name
    if (READ_ELSEWHERE.has(name)) continue
    if (!Object.hasOwn(SETTINGS, known)) {
      if (ABOUT_LOGINS.test(name)) notes.push(leftOut(name))
      else ignored.push(name)
    } else if (known !== name && django[known] !== undefined) {
      notes.push(`${name} is ignored: ${known} is set, too.`)
    } else settings[known] = value
  }
  for (const [name, rename] of Object.entries(DICTIONARIES)) {
    const nested = flattenNested(name, django[name], rename)
    for (const setting of Object.keys(nested.settings)) {
      if (settings[setting] !== undefined) {
        notes.push(`${setting} is taken from ${name}, not from the top level.`)
      }
    }
    Object.assign(settings, nested.settings)
    notes.push(...nested.notes)
    ignored.push(...nested.ignored)
  }
  return { settings, notes, ignored }
}

function flattenNested(
  dictionary: string,
  value: unknown,
  rename: (name: string) => string,
): FlatSettings {
  const settings: Record<string, unknown> = {}
  const notes: string[] = []
  const ignored: string[] = []
  if (value === UNREADABLE) notes.push(`${dictionary} could not be read: set it by hand.`)
  for (const [name, inner] of Object.entries(dictOf(value))) {
    const place = `${dictionary}.${name}`
    if (READ_ELSEWHERE.has(place)) continue
    if (Object.hasOwn(SETTINGS, rename(name))) settings[rename(name)] = inner
    else if (isUpstreamsOwn(inner)) ignored.push(place)
    else notes.push(leftOut(place))
  }
  return { settings, notes, ignored }
}

function leftOut(name: string): string {
  const removed = Object.hasOwn(removedSettings, name) ? removedSettings[name] : undefined
  return removed === undefined ? `${name} has no counterpart here.` : `${name} ${removed}.`
}

/** Serializers and permissions that are the packages' own need no counterpart. */
function isUpstreamsOwn(value: unknown): boolean {
  const names = Array.isArray(value) ? value : [value]
  return names.every(
    (name) =>
      name === null || (typeof name === 'string' && /^(?:dj_rest_auth|rest_framework)/.test(name)),
  )
}

/** A dictionary's entries; none of anything else. */
export function dictOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value))
}
