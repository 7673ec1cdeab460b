import { SETTINGS } from '../../src/settings/parse.ts'
import { CorpusError, requireText, requireTexts } from './require.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

const SECRET_KEY = 'conformance-secret-key-0123456789abcdefghijklmnopqrstuvwxyz'

const PASSWORD_VALIDATION = 'django.contrib.auth.password_validation'
const BLACKLIST_APP = 'rest_framework_simplejwt.token_blacklist'

/** What both profiles say, in Django's notation; everything not named has its upstream default. */
const COMMON_SETTINGS: JsonObject = {
  SECRET_KEY,
  DEBUG: false,
  ALLOWED_HOSTS: ['*'],
  USE_TZ: true,
  TIME_ZONE: 'UTC',
  LANGUAGE_CODE: 'en-us',
  SITE_ID: 1,
  DEFAULT_FROM_EMAIL: 'webmaster@localhost',
  AUTH_PASSWORD_VALIDATORS: [
    { NAME: `${PASSWORD_VALIDATION}.UserAttributeSimilarityValidator` },
    { NAME: `${PASSWORD_VALIDATION}.MinimumLengthValidator` },
    { NAME: `${PASSWORD_VALIDATION}.CommonPasswordValidator` },
    { NAME: `${PASSWORD_VALIDATION}.NumericPasswordValidator` },
  ],
  AUTHENTICATION_BACKENDS: [
    'django.contrib.auth.backends.ModelBackend',
    'allauth.account.auth_backends.AuthenticationBackend',
  ],
  ACCOUNT_EMAIL_VERIFICATION: 'optional',
  ACCOUNT_LOGIN_METHODS: ['username', 'email'],
  ACCOUNT_SIGNUP_FIELDS: ['username*', 'email', 'password1*', 'password2*'],
  ACCOUNT_RATE_LIMITS: false,
  SOCIALACCOUNT_PROVIDERS: {
    facebook: { APPS: [{ client_id: 'fb-client', secret: 'fb-secret', key: '' }] },
    twitter: { APPS: [{ client_id: 'tw-client', secret: 'tw-secret', key: '' }] },
  },
}

const PROFILES: Readonly<Record<string, JsonObject>> = {
  token: {
    ...COMMON_SETTINGS,
    REST_AUTH: { USE_JWT: false },
    REST_FRAMEWORK: {
      DEFAULT_RENDERER_CLASSES: ['rest_framework.renderers.JSONRenderer'],
      DEFAULT_AUTHENTICATION_CLASSES: [
        'rest_framework.authentication.TokenAuthentication',
        'rest_framework.authentication.SessionAuthentication',
      ],
    },
    BLACKLIST_INSTALLED: false,
  },
  jwt: {
    ...COMMON_SETTINGS,
    REST_AUTH: {
      USE_JWT: true,
      JWT_AUTH_COOKIE: 'my-app-auth',
      JWT_AUTH_REFRESH_COOKIE: 'my-refresh-token',
      JWT_AUTH_HTTPONLY: false,
    },
    REST_FRAMEWORK: {
      DEFAULT_RENDERER_CLASSES: ['rest_framework.renderers.JSONRenderer'],
      DEFAULT_AUTHENTICATION_CLASSES: ['dj_rest_auth.jwt_auth.JWTCookieAuthentication'],
    },
    BLACKLIST_INSTALLED: true,
  },
}

/** Merged key by key; every other setting replaces the profile's. */
const MERGED_SETTINGS = ['REST_AUTH', 'REST_FRAMEWORK', 'SIMPLE_JWT']

/** Facts of this service that no variable changes: a scenario may only confirm them. */
const FIXED_SETTINGS = [
  'DEBUG',
  'ALLOWED_HOSTS',
  'USE_TZ',
  'TIME_ZONE',
  'SITE_ID',
  'AUTHENTICATION_BACKENDS',
  'REST_FRAMEWORK.DEFAULT_RENDERER_CLASSES',
]

/** The views of the recorded project have it; it is no setting there. */
const FACEBOOK_CALLBACK_URL = 'https://app.example/callback/facebook'

/** Password hashes as cheap as the settings allow. */
const CHEAP_PASSWORDS = { PASSWORD_PBKDF2_CALLS: '1', PASSWORD_PBKDF2_ITERATIONS: '1000' }

/**
 * The Worker variables that say what a scenario's Django settings say. One that cannot be said throws:
 * a scenario must not pass because its setting was overheard.
 */
export function workerVariables(settings: JsonObject): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {
    DJANGO_COMPATIBILITY: 'exact',
    ...CHEAP_PASSWORDS,
  }
  for (const [name, value] of flatten(djangoSettings(settings))) {
    if (FIXED_SETTINGS.includes(name)) {
      confirmFixed(name, value)
      continue
    }
    const variable = variableName(name)
    if (!Object.hasOwn(SETTINGS, variable)) throw new CorpusError(`${name} has no counterpart`)
    variables[variable] = asVariable(variableValue(variable, value))
  }
  return variables
}

/** The key that unkeyed `mint` steps sign with. */
export function secretKeyOf(settings: JsonObject): string {
  return requireText(settings['SECRET_KEY'] ?? SECRET_KEY, 'SECRET_KEY')
}

/** A scenario's settings laid over the baseline of its profile. */
function djangoSettings({ PROFILE = 'token', ...overlay }: JsonObject): JsonObject {
  const profile = typeof PROFILE === 'string' ? PROFILES[PROFILE] : undefined
  if (profile === undefined) throw new CorpusError(`unknown profile ${JSON.stringify(PROFILE)}`)
  const merged = MERGED_SETTINGS.map((name) => [name, mergeKeys(profile[name], overlay[name])])
  const { REST_AUTH, ...rest } = Object.fromEntries(merged)
  const ofApps = extraApps(overlay['EXTRA_APPS'] ?? []).map(({ restAuth }) => restAuth)
  return { ...profile, ...overlay, ...rest, REST_AUTH: Object.assign({}, ...ofApps, REST_AUTH) }
}

function mergeKeys(base: Json = {}, overlay: Json = {}): Json {
  if (!isJsonObject(base) || !isJsonObject(overlay))
    throw new CorpusError('not a table of settings')
  return { ...base, ...overlay }
}

/** What an app that is put in brings along, besides its routes. */
const APPS: Readonly<Record<string, { readonly flag: string; readonly restAuth: JsonObject }>> = {
  'dj_rest_auth.mfa': { flag: 'MFA_ENABLED', restAuth: {} },
  'dj_rest_auth.passkeys': {
    flag: 'PASSKEYS_ENABLED',
    restAuth: {
      PASSKEY_RP_ID: 'app.example',
      PASSKEY_RP_NAME: 'Conformance',
      PASSKEY_RP_ORIGINS: ['https://app.example'],
    },
  },
}

function extraApps(names: Json) {
  return requireTexts(names, 'EXTRA_APPS').map((name) => {
    const app = Object.hasOwn(APPS, name) ? APPS[name] : undefined
    if (app === undefined) throw new CorpusError(`cannot be installed: ${name}`)
    return app
  })
}

/** Every setting by one name: `SIMPLE_JWT.ALGORITHM`. */
function flatten(settings: JsonObject): readonly (readonly [string, Json])[] {
  const { UNINSTALLED_APPS = [], EXTRA_APPS = [], BLACKLIST_INSTALLED, ...rest } = settings
  const isUninstalled = uninstallsBlacklist(UNINSTALLED_APPS)
  return [
    ['TOKEN_BLACKLIST_ENABLED', BLACKLIST_INSTALLED === true && !isUninstalled],
    ...extraApps(EXTRA_APPS).map(({ flag }) => [flag, true] as const),
    ...Object.entries(rest).flatMap(([name, value]) =>
      MERGED_SETTINGS.includes(name) && isJsonObject(value)
        ? Object.entries(value).map(([key, item]) => [`${name}.${key}`, item] as const)
        : [[name, value] as const],
    ),
  ]
}

/** The one app that can be taken out. */
function uninstallsBlacklist(uninstalled: Json): boolean {
  const apps = Array.isArray(uninstalled) ? uninstalled : [uninstalled]
  const unknown = apps.filter((app) => app !== BLACKLIST_APP)
  if (unknown.length > 0) throw new CorpusError(`cannot be uninstalled: ${JSON.stringify(unknown)}`)
  return apps.length > 0
}

function confirmFixed(name: string, value: Json): void {
  const fixed = flatten(PROFILES['token'] ?? {}).find(([known]) => known === name)?.[1]
  if (JSON.stringify(fixed) !== JSON.stringify(value)) {
    throw new CorpusError(`${name} cannot be ${JSON.stringify(value)}`)
  }
}

function variableName(name: string): string {
  const [table, key] = name.split('.')
  if (table === undefined || key === undefined) return name
  return table === 'SIMPLE_JWT' ? `SIMPLE_JWT_${key}` : key
}

function variableValue(variable: string, value: Json): Json {
  if (variable !== 'SOCIALACCOUNT_PROVIDERS' || !isJsonObject(value)) return value
  const facebook = value['facebook']
  if (!isJsonObject(facebook)) return value
  return { ...value, facebook: { ...facebook, callback_url: FACEBOOK_CALLBACK_URL } }
}

/** Worker variables are strings: a text is itself, everything else JSON. */
function asVariable(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
