/**
 * Checks that need all settings: near misses of names, values that cannot work, combinations. Loaded while the
 * first request is under way.
 */
import {
  adminFaults,
  claimFaults,
  corsFaults,
  loginFaults,
  mailFaults,
  userIdFaults,
} from './combinations.ts'
import { deletionFaults } from './deletion-faults.ts'
import { cookieFaults } from './cookie-faults.ts'
import { jwtKeyFaults, secretKeyFaults } from './jwt-keys.ts'
import { isDefault } from './is-default.ts'
import { lifetimeFaults } from './login-lifetime.ts'
import { DEFINITIONS } from './definitions.ts'
import type { ReadSettings } from './read-plain.ts'
import type { Settings } from './table.ts'
import { trustedProxyFaults } from './trusted-proxy.ts'
import { unknownNames } from './unknown-names.ts'
import {
  corsOriginFault,
  databaseUrlFault,
  hookUrlFault,
  hostFault,
  httpUrlFault,
  linkFault,
  originFault,
  trustedOriginFault,
} from './urls.ts'
import {
  basicCredentialsFault,
  bearerFault,
  cookieDomainFault,
  cookiePathFault,
  headerTypeFault,
  lineFault,
  patternFault,
  regionFault,
  senderFault,
  scopeRateFault,
  tokenFault,
  topicFault,
  webhookSecretFault,
  wsgiNameFault,
  type FaultOf,
} from './words.ts'

/** Lists that few deployments give: their checks are read where one is given. */
const RARE = ['HOOKS', 'JWT_CLIENTS', 'WEBHOOKS', 'USER_FIELDS'] as const

/** The checks of those lists, by their settings. */
export type RareChecks = Readonly<
  Record<(typeof RARE)[number], (settings: Settings) => readonly string[]>
>

/** Which of those lists were given. */
export function rareNames({ names }: ReadSettings): readonly (keyof RareChecks)[] {
  return RARE.filter((name) => names.includes(name))
}

/**
 * Whether settings that could be read can work, with what to write instead. Apart from reading them, because a Worker
 * reads this only while its first request is under way. `rare` may be absent where `rareNames` names none.
 */
export function settingFaults(read: ReadSettings, rare: RareChecks | undefined): readonly string[] {
  const { settings } = read
  const faults = [
    ...read.faults,
    ...unknownNames(read.names, Object.keys(DEFINITIONS)),
    ...valueFaults(read),
  ]
  // Where a value is wrong, its default may replace it, and says nothing about what was meant.
  const reported = new Set(faults.map(subjectOf))
  const combined = [
    ...combinationFaults(settings),
    ...rareNames(read).flatMap((name) => checkOf(rare, name)(settings)),
  ].filter((fault) => !reported.has(subjectOf(fault)))
  return [...faults, ...combined]
}

/** Throws where it was not read: what is not checked must not start. */
function checkOf(rare: RareChecks | undefined, name: keyof RareChecks) {
  if (rare === undefined) throw new Error(`${name} needs its check`)
  return rare[name]
}

/** The setting that a fault begins with. */
function subjectOf(fault: string): string {
  return fault.slice(0, fault.indexOf(' '))
}

/** What a text, or each of a list, must be. */
const VALUES: Readonly<Record<string, FaultOf>> = {
  TURSO_DATABASE_URL: databaseUrlFault,
  TURSO_AUTH_TOKEN: bearerFault,
  RESEND_API_KEY: bearerFault,
  POSTMARK_SERVER_TOKEN: bearerFault,
  POSTMARK_MESSAGE_STREAM: bearerFault,
  SES_REGION: regionFault,
  SES_ACCESS_KEY_ID: bearerFault,
  SES_SECRET_ACCESS_KEY: bearerFault,
  MAIL_HOOK_URL: hookUrlFault,
  MAIL_HOOK_SECRETS: webhookSecretFault,
  RESEND_WEBHOOK_SECRETS: webhookSecretFault,
  MAIL_EVENT_SECRETS: webhookSecretFault,
  POSTMARK_WEBHOOK_CREDENTIALS: basicCredentialsFault,
  SES_TOPIC_ARNS: topicFault,
  PUBLIC_URL: httpUrlFault,
  PASSWORD_BREACH_URL: httpUrlFault,
  METRICS_TOKEN: bearerFault,
  TURNSTILE_SECRET_KEY: bearerFault,
  PAGES_ALLOWED_ORIGINS: originFault,
  ADMIN_CORS_ALLOWED_ORIGINS: corsOriginFault,
  ADMIN_RATE: scopeRateFault,
  BRAND_NAME: lineFault,
  SITE_NAME: lineFault,
  SITE_DOMAIN: hostFault,
  ALLAUTH_TRUSTED_CLIENT_IP_HEADER: tokenFault,
  ACCOUNT_EMAIL_SUBJECT_PREFIX: lineFault,
  DEFAULT_FROM_EMAIL: senderFault,
  SIMPLE_JWT_AUTH_HEADER_TYPES: headerTypeFault,
  SIMPLE_JWT_AUTH_HEADER_NAME: wsgiNameFault,
  JWT_AUTH_COOKIE_DOMAIN: cookieDomainFault,
  JWT_AUTH_REFRESH_COOKIE_PATH: cookiePathFault,
  SESSION_COOKIE_DOMAIN: cookieDomainFault,
  SESSION_COOKIE_PATH: cookiePathFault,
  CSRF_COOKIE_DOMAIN: cookieDomainFault,
  MFA_TRUST_COOKIE_DOMAIN: cookieDomainFault,
  CSRF_COOKIE_PATH: cookiePathFault,
  MFA_TRUST_COOKIE_PATH: cookiePathFault,
  CSRF_HEADER_NAME: wsgiNameFault,
  CSRF_TRUSTED_ORIGINS: trustedOriginFault,
  CORS_ALLOWED_ORIGINS: corsOriginFault,
  CORS_ALLOWED_ORIGIN_REGEXES: patternFault,
  CORS_ALLOW_HEADERS: tokenFault,
  CORS_ALLOW_METHODS: tokenFault,
  CORS_EXPOSE_HEADERS: tokenFault,
} satisfies Partial<Record<keyof Settings, FaultOf>>

/** Values that are well-formed and cannot work. A default can: this stands before the first answer of an isolate. */
function valueFaults({ settings, names }: ReadSettings): readonly string[] {
  const faults = names.flatMap((name) => {
    const faultOf = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined
    const value: unknown = Reflect.get(settings, name)
    if (faultOf === undefined || isDefault(name, value)) return []
    if (typeof value === 'string') {
      const fault = faultOf(value)
      return fault === undefined ? [] : [`${name} ${fault}`]
    }
    return Array.isArray(value) ? listFaults(name, value.map(String), faultOf) : []
  })
  const links = Object.entries(settings.HEADLESS_FRONTEND_URLS).flatMap(([name, url]) => {
    const fault = linkFault(name, url)
    return fault === undefined ? [] : [`HEADLESS_FRONTEND_URLS ${fault}`]
  })
  return [...faults, ...links]
}

/** Faults of each item of a list. */
function listFaults(name: string, list: readonly string[], faultOf: FaultOf): readonly string[] {
  return list.flatMap((one) => {
    const fault = faultOf(one)
    if (fault === undefined) return []
    return SECRET_LISTS.includes(name)
      ? [`${name} ${fault}`]
      : [`${name} has ${JSON.stringify(one)}: ${fault}`]
  })
}

/** Their values are never reported, not even in the log. */
const SECRET_LISTS = [
  'MAIL_HOOK_SECRETS',
  'RESEND_WEBHOOK_SECRETS',
  'MAIL_EVENT_SECRETS',
  'POSTMARK_WEBHOOK_CREDENTIALS',
]

/** What is wrong with settings together. */
function combinationFaults(settings: Settings): readonly string[] {
  return [
    ...secretKeyFaults(settings),
    ...(settings.TURSO_DATABASE_URL === ''
      ? ['TURSO_DATABASE_URL is missing: libsql://NAME.turso.io, or http://127.0.0.1:8080']
      : []),
    ...jwtKeyFaults(settings),
    ...corsFaults(settings),
    ...adminFaults(settings),
    ...mailFaults(settings),
    ...cookieFaults(settings),
    ...loginFaults(settings),
    ...lifetimeFaults(settings),
    ...deletionFaults(settings),
    ...claimFaults(settings),
    ...userIdFaults(settings),
    ...trustedProxyFaults(settings),
  ]
}
