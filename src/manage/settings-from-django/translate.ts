import { SETTINGS } from '../../settings/parse.ts'
import type { Setting } from '../../settings/setting.ts'
import { UNREADABLE } from './python-literal.ts'
import type { DjangoSettings } from './read.ts'

/** What a Django project's settings become. */
export type Translation = {
  /** `[vars]` of `wrangler.toml`. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Secrets to put, by name: what each must hold. */
  readonly secrets: Readonly<Record<string, string>>
  /** What a person must look at. */
  readonly notes: readonly string[]
}

/** Translates Django's settings into ours; what is as our default is left out. */
export function translateSettings(django: DjangoSettings): Translation {
  const collected: Collected = { vars: {}, secrets: {}, notes: [] }
  const flat = flatten(django)
  for (const [name, value] of Object.entries(flat)) collect(collected, name, value)
  translateOldSignup(collected, django)
  translateProviders(collected, django)
  tellSecrets(collected, django)
  tellRest(collected, django)
  return collected
}

type Collected = {
  readonly vars: Record<string, unknown>
  readonly secrets: Record<string, string>
  readonly notes: string[]
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

const HANDLED_ELSEWHERE = new Set(['SECRET_KEY', 'SECRET_KEY_FALLBACKS', 'SOCIALACCOUNT_PROVIDERS'])

/** The settings under the names that they have here. */
function flatten(django: DjangoSettings): Readonly<Record<string, unknown>> {
  const flat: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(django)) {
    const known = RENAMED[name] ?? name
    if (Object.hasOwn(SETTINGS, known) && !HANDLED_ELSEWHERE.has(known)) flat[known] = value
  }
  Object.assign(flat, dictOf(django['REST_AUTH']))
  for (const [name, value] of Object.entries(dictOf(django['SIMPLE_JWT']))) {
    if (name !== 'SIGNING_KEY' && name !== 'VERIFYING_KEY') flat[`SIMPLE_JWT_${name}`] = value
  }
  const framework = dictOf(django['REST_FRAMEWORK'])
  for (const name of ['DEFAULT_THROTTLE_RATES', 'DEFAULT_AUTHENTICATION_CLASSES']) {
    if (framework[name] !== undefined) flat[name] = framework[name]
  }
  return flat
}

function collect({ vars, notes }: Collected, name: string, value: unknown): void {
  const table: Readonly<Record<string, Setting<unknown>>> = SETTINGS
  const setting = Object.hasOwn(table, name) ? table[name] : undefined
  if (setting === undefined) {
    if (!isUpstreamsOwn(value)) notes.push(`${name} has no counterpart here.`)
    return
  }
  if (holdsUnreadable(value)) {
    notes.push(`${name} could not be read: set it by hand.`)
    return
  }
  const raw = value ?? ''
  try {
    if (JSON.stringify(setting.parse(raw)) !== JSON.stringify(setting.default)) vars[name] = raw
  } catch (error) {
    notes.push(`${name} ${error instanceof Error ? error.message : 'is not understood'}.`)
  }
}

/** Serializers and permissions that are the packages' own need no counterpart. */
function isUpstreamsOwn(value: unknown): boolean {
  const names = Array.isArray(value) ? value : [value]
  return names.every(
    (name) =>
      name === null || (typeof name === 'string' && /^(?:dj_rest_auth|rest_framework)/.test(name)),
  )
}

function holdsUnreadable(value: unknown): boolean {
  if (value === UNREADABLE) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsUnreadable)
}

/** allauth before 65.4 spread the login methods and the fields of a sign-up over five settings. */
function translateOldSignup({ vars }: Collected, django: DjangoSettings): void {
  const method = django['ACCOUNT_AUTHENTICATION_METHOD']
  if (typeof method === 'string' && vars['ACCOUNT_LOGIN_METHODS'] === undefined) {
    vars['ACCOUNT_LOGIN_METHODS'] = method.toLowerCase().split('_')
  }
  const old = [
    'ACCOUNT_EMAIL_REQUIRED',
    'ACCOUNT_USERNAME_REQUIRED',
    'ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE',
    'ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE',
  ]
  if (
    vars['ACCOUNT_SIGNUP_FIELDS'] !== undefined ||
    old.every((name) => django[name] === undefined)
  ) {
    return
  }
  const is = (name: string, absent: boolean): boolean => Boolean(django[name] ?? absent)
  vars['ACCOUNT_SIGNUP_FIELDS'] = [
    is('ACCOUNT_USERNAME_REQUIRED', true) ? 'username*' : 'username',
    is('ACCOUNT_EMAIL_REQUIRED', false) ? 'email*' : 'email',
    ...(is('ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE', false) ? ['email2*'] : []),
    'password1*',
    ...(is('ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE', true) ? ['password2*'] : []),
  ]
}

/** Client secrets leave `SOCIALACCOUNT_PROVIDERS` and become secrets of their own. */
function translateProviders({ vars, secrets, notes }: Collected, django: DjangoSettings): void {
  const providers = dictOf(django['SOCIALACCOUNT_PROVIDERS'])
  const kept: Record<string, unknown> = {}
  for (const [provider, options] of Object.entries(providers)) {
    const copy: Record<string, unknown> = { ...dictOf(options) }
    for (const [name, value] of Object.entries(copy)) {
      if (name === 'APP') copy[name] = withoutSecret(value, provider, secrets)
      else if (name === 'APPS' && Array.isArray(value)) {
        copy[name] = value.map((app: unknown) => withoutSecret(app, provider, secrets))
      } else if (holdsUnreadable(value)) {
        notes.push(`SOCIALACCOUNT_PROVIDERS: ${provider}.${name} could not be read.`)
        delete copy[name]
      }
    }
    if (Object.keys(copy).length > 0) kept[provider] = copy
  }
  if (Object.keys(kept).length > 0) vars['SOCIALACCOUNT_PROVIDERS'] = kept
  if (Object.keys(providers).length > 0 && Object.keys(secrets).length === 0) {
    notes.push(
      'Social apps that are kept in the database (socialaccount_socialapp) are not settings: set PROVIDER_CLIENT_ID and the secret PROVIDER_CLIENT_SECRET of each.',
    )
  }
}

function withoutSecret(app: unknown, provider: string, secrets: Record<string, string>): unknown {
  const { secret, ...rest } = dictOf(app)
  const id = typeof rest['provider_id'] === 'string' ? rest['provider_id'] : provider
  if (secret !== undefined && secret !== '') {
    const name = `${id.toUpperCase().replaceAll('-', '_')}_CLIENT_SECRET`
    secrets[name] = `"secret" of ${provider} in SOCIALACCOUNT_PROVIDERS`
  }
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, holdsUnreadable(value) ? '' : value]),
  )
}

const MIN_SECRET_BYTES = 32

function tellSecrets({ secrets, notes }: Collected, django: DjangoSettings): void {
  const jwt = dictOf(django['SIMPLE_JWT'])
  const algorithm = jwt['ALGORITHM']
  const isAsymmetric = typeof algorithm === 'string' && !algorithm.startsWith('HS')
  secrets['TURSO_DATABASE_URL'] = 'the URL of the database'
  secrets['TURSO_AUTH_TOKEN'] = 'its token'
  secrets['RESEND_API_KEY'] = 'the key of the mail provider'
  secrets['SECRET_KEY'] = 'a new one: openssl rand -base64 48'
  const hasOwnKey = jwt['SIGNING_KEY'] !== undefined && !isAsymmetric
  secrets['SECRET_KEY_FALLBACKS'] = hasOwnKey
    ? "a JSON list: Django's SECRET_KEY and SIMPLE_JWT's SIGNING_KEY"
    : "Django's SECRET_KEY (a JSON list, where there are several)"
  if (isAsymmetric) {
    secrets['SIMPLE_JWT_SIGNING_KEY'] = "SIMPLE_JWT's SIGNING_KEY, as a PKCS #8 PEM"
  }
  for (const [name, key] of Object.entries({
    SECRET_KEY: django['SECRET_KEY'],
    'SIMPLE_JWT.SIGNING_KEY': isAsymmetric ? undefined : jwt['SIGNING_KEY'],
  })) {
    if (typeof key === 'string' && new TextEncoder().encode(key).length < MIN_SECRET_BYTES) {
      notes.push(
        `${name} has fewer than ${MIN_SECRET_BYTES} bytes and cannot be a fallback: tokens and links that it signed end with the move.`,
      )
    }
  }
}

function tellRest({ notes }: Collected, django: DjangoSettings): void {
  const model = django['AUTH_USER_MODEL']
  if (typeof model === 'string' && model !== 'auth.User') {
    notes.push(
      `AUTH_USER_MODEL: import with --user-table ${model.toLowerCase().replace('.', '_')}.`,
    )
  }
  if (django['USE_TZ'] === false) {
    notes.push(
      'USE_TZ is off: the database holds local times, which are taken for UTC; dates shift by the offset, and reset links sent before the move end.',
    )
  }
}

function dictOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value))
}
