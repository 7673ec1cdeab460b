/** The translation: values, apps that become settings, secrets, and notes on what a person must decide. */
import { SETTINGS } from '../../settings/parse.ts'
import type { Setting } from '../../settings/setting.ts'
import { uncountedRates } from '../../settings/uncounted-rates.ts'
import { dictOf, flattenSettings } from './names.ts'
import { translateProviders } from './providers.ts'
import { holdsUnreadable } from './python-literal.ts'
import { IMPORTS_OTHERS, type DjangoSettings } from './read.ts'

/** What a Django project's settings become. */
export type Translation = {
  /** `[vars]` of `wrangler.toml`. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Secrets to put, by name: what each must hold. */
  readonly secrets: Readonly<Record<string, string>>
  /** What a person must look at. */
  readonly notes: readonly string[]
  /** Settings of a Django project that have nothing to do with logins. */
  readonly ignored: readonly string[]
}

/** Translates Django's settings into ours; values that equal our defaults are left out. */
export function translateSettings(django: DjangoSettings): Translation {
  const flat = flattenSettings(django)
  const collected: Collected = { vars: {}, secrets: {}, notes: [] }
  for (const [name, value] of Object.entries(flat.settings)) collect(collected, name, value)
  collected.notes.push(...flat.notes)
  translateOldSignup(collected, django)
  translateApps(collected, django)
  const { providers, secrets, notes } = translateProviders(django['SOCIALACCOUNT_PROVIDERS'])
  if (Object.keys(providers).length > 0) collected.vars['SOCIALACCOUNT_PROVIDERS'] = providers
  Object.assign(collected.secrets, secrets)
  collected.notes.push(...notes)
  addSecretNotes(collected, django)
  addRateNotes(collected, flat.settings)
  addRemainingNotes(collected, django)
  return { ...collected, ignored: flat.ignored }
}

type Collected = {
  readonly vars: Record<string, unknown>
  readonly secrets: Record<string, string>
  readonly notes: string[]
}

/** Takes a setting over, where it differs from our default; notes what is wrong with its value. */
function collect({ vars, notes }: Collected, name: string, value: unknown): void {
  const table: Readonly<Record<string, Setting<unknown>>> = SETTINGS
  const setting = table[name]
  if (setting === undefined) return
  if (holdsUnreadable(value)) {
    notes.push(`${name} could not be read: set it by hand.`)
    return
  }
  const raw = value ?? ''
  const { default: ours } = setting
  try {
    if (JSON.stringify(setting.parse(raw, ours)) !== JSON.stringify(ours)) vars[name] = raw
  } catch (error) {
    notes.push(`${name} ${error instanceof Error ? error.message : 'is not understood'}.`)
  }
}

/** What Django switches on by an app, we switch on by a setting. */
function translateApps({ vars, notes }: Collected, django: DjangoSettings): void {
  const apps = Array.isArray(django['INSTALLED_APPS']) ? django['INSTALLED_APPS'] : []
  const has = (name: string) =>
    apps.some((app) => typeof app === 'string' && (app === name || app.startsWith(`${name}.`)))
  const types = django['MFA_SUPPORTED_TYPES'] ?? ['recovery_codes', 'totp']
  const supports = (type: string) =>
    has('allauth.mfa') && Array.isArray(types) && types.includes(type)
  if (has('dj_rest_auth.mfa') || supports('totp')) vars['MFA_ENABLED'] = true
  if (has('dj_rest_auth.passkeys') || supports('webauthn')) vars['PASSKEYS_ENABLED'] = true
  if (supports('webauthn')) {
    notes.push(
      "allauth's passkeys are not imported: set PASSKEY_RP_ID, PASSKEY_RP_NAME and PASSKEY_RP_ORIGINS, and have them registered anew.",
    )
  }
}

const OLD_SIGNUP = [
  'ACCOUNT_EMAIL_REQUIRED',
  'ACCOUNT_USERNAME_REQUIRED',
  'ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE',
  'ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE',
]

/** allauth before 65.4 spread the login methods and the fields of a sign-up over five settings. */
function translateOldSignup({ vars, notes }: Collected, django: DjangoSettings): void {
  const method = django['ACCOUNT_AUTHENTICATION_METHOD']
  if (method !== undefined && django['ACCOUNT_LOGIN_METHODS'] !== undefined) {
    notes.push('ACCOUNT_AUTHENTICATION_METHOD is ignored: ACCOUNT_LOGIN_METHODS is set, too.')
  } else if (typeof method === 'string') {
    vars['ACCOUNT_LOGIN_METHODS'] = method.toLowerCase().split('_')
  } else if (method !== undefined) {
    notes.push('ACCOUNT_AUTHENTICATION_METHOD could not be read: set ACCOUNT_LOGIN_METHODS.')
  }
  const given = OLD_SIGNUP.filter((name) => django[name] !== undefined)
  if (given.length === 0) return
  if (django['ACCOUNT_SIGNUP_FIELDS'] !== undefined) {
    notes.push(`${given.join(', ')}: ignored, since ACCOUNT_SIGNUP_FIELDS is set, too.`)
    return
  }
  if (given.some((name) => typeof django[name] !== 'boolean')) {
    notes.push(`${given.join(', ')} could not be read: set ACCOUNT_SIGNUP_FIELDS.`)
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

const MIN_SECRET_BYTES = 32

/** Which secrets must be set; their values are never printed. */
function addSecretNotes({ secrets, notes }: Collected, django: DjangoSettings): void {
  const jwt = dictOf(django['SIMPLE_JWT'])
  const algorithm = jwt['ALGORITHM']
  const isAsymmetric = typeof algorithm === 'string' && !algorithm.startsWith('HS')
  secrets['TURSO_DATABASE_URL'] = 'the URL of the database'
  secrets['TURSO_AUTH_TOKEN'] = 'its token'
  secrets['RESEND_API_KEY'] = 'the key of the mail provider'
  secrets['SECRET_KEY'] =
    "a new one (openssl rand -base64 48): going back to Django then ends JWTs issued here; Django's own key, if it is strong and never leaked, avoids that"
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

/** Which of DRF's throttles count nothing here; what cannot be read is told already. */
function addRateNotes({ vars, notes }: Collected, given: Readonly<Record<string, unknown>>): void {
  if (holdsUnreadable(given['DEFAULT_THROTTLE_CLASSES'])) return
  // What is among the vars has been parsed once.
  const uncounted = uncountedRates({
    DEFAULT_THROTTLE_CLASSES: SETTINGS.DEFAULT_THROTTLE_CLASSES.parse(
      vars['DEFAULT_THROTTLE_CLASSES'] ?? [],
    ),
    DEFAULT_THROTTLE_RATES: SETTINGS.DEFAULT_THROTTLE_RATES.parse(
      vars['DEFAULT_THROTTLE_RATES'] ?? {},
    ),
  })
  notes.push(...uncounted.map(({ name, detail }) => `${name}: ${detail}.`))
}

const WITHOUT_ZONE =
  'the database holds local times, which are taken for UTC; dates shift by the offset, and reset links sent before the move end.'

/** Notes on what needs a decision. */
function addRemainingNotes({ vars, notes }: Collected, django: DjangoSettings): void {
  if (django[IMPORTS_OTHERS] !== undefined) {
    notes.push(
      'The file takes settings over from another file (import *), which was not read: give the output of manage.py diffsettings.',
    )
  }
  addHasherNotes(notes, django['PASSWORD_HASHERS'])
  if (isWithoutTrust(vars)) {
    notes.push(
      'CSRF_TRUSTED_ORIGINS is missing: pages of CORS_ALLOWED_ORIGINS log in and write with cookies only if they stand there, too.',
    )
  }
  const model = django['AUTH_USER_MODEL']
  if (typeof model === 'string' && model !== 'auth.User') {
    notes.push(
      `AUTH_USER_MODEL: import with --user-table ${model.toLowerCase().replace('.', '_')}.`,
    )
  }
  if (django['USE_TZ'] === false) notes.push(`USE_TZ is off: ${WITHOUT_ZONE}`)
  else if (django['USE_TZ'] === undefined) {
    notes.push(`USE_TZ is not named: before Django 5 it is off, then ${WITHOUT_ZONE}`)
  }
}

/** Only hashes of Django's own hashers are verified here. */
function addHasherNotes(notes: string[], value: unknown): void {
  const names = Array.isArray(value) ? value.map(String) : []
  const foreign = names.filter(
    (name) =>
      !name.startsWith('django.contrib.auth.hashers.') &&
      !/\.PBKDF2(?:Chain|Wrapped)PasswordHasher$/.test(name),
  )
  if (foreign.length === 0) return
  notes.push(
    `PASSWORD_HASHERS: hashes of ${foreign.join(', ')} are not verified here; owners of such accounts reset by mail.`,
  )
}

/** Whether pages of other origins use cookies and are not trusted with them. */
function isWithoutTrust(vars: Readonly<Record<string, unknown>>): boolean {
  const usesCookies = ['JWT_AUTH_COOKIE', 'JWT_AUTH_REFRESH_COOKIE', 'SESSION_LOGIN'].some((name) =>
    Boolean(vars[name]),
  )
  const hasOrigins = vars['CORS_ALLOWED_ORIGINS'] ?? vars['CORS_ALLOWED_ORIGIN_REGEXES']
  return usesCookies && hasOrigins !== undefined && vars['CSRF_TRUSTED_ORIGINS'] === undefined
}
