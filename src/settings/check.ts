/**
 * Checks that need all settings: near misses of names, values that cannot work, combinations. Loaded while the
 * first request waits, where `check-plain.ts` cannot say that all is right.
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
import { jwtKeyFaults } from './jwt-keys.ts'
import { secretKeyFaults } from './secret-key.ts'
import { isDefault } from './is-default.ts'
import { lifetimeFaults } from './login-lifetime.ts'
import { DEFINITIONS } from './definitions.ts'
import type { ReadSettings } from './read-plain.ts'
import type { Settings } from './table.ts'
import { trustedProxyFaults } from './trusted-proxy-faults.ts'
import { removedSettings } from './removed.ts'
import { unknownName } from './unknown-names.ts'
import {
  corsOriginFault,
  hookUrlFault,
  hostFault,
  linkFault,
  originFault,
  trustedOriginFault,
} from './urls.ts'
import {
  basicCredentialsFault,
  cookieDomainFault,
  cookiePathFault,
  headerTypeFault,
  patternFault,
  regionFault,
  scopeRateFault,
  tokenFault,
  topicFault,
  webhookSecretFault,
  wsgiNameFault,
} from './words.ts'
import { bearerFault, httpUrlFault, lineFault, USUAL_VALUES, type FaultOf } from './usual-faults.ts'

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
 * reads this only while its first request waits. `rare` may be absent where `rareNames` names none.
 */
export function settingFaults(read: ReadSettings, rare: RareChecks | undefined): readonly string[] {
  const { settings } = read
  const faults = [...read.faults, ...nameFaults(read.names), ...valueFaults(read)]
  // Where a value is wrong, its default may replace it, and says nothing about what was meant.
  const reported = new Set(faults.map(subjectOf))
  const combined = [
    ...COMBINATIONS.flatMap(({ faults: found }) => found(settings)),
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

/** Unknown names, removed ones, and near misses of known ones. */
function nameFaults(names: readonly string[]): readonly string[] {
  const known = Object.keys(DEFINITIONS)
  return names.flatMap((name) => {
    const removed = Object.hasOwn(removedSettings, name) ? removedSettings[name] : undefined
    const fault = removed === undefined ? unknownName(name, known) : `${name} ${removed}`
    return fault === undefined ? [] : [fault]
  })
}

/** What a text, or each of a list, must be. */
const VALUES: Readonly<Record<string, FaultOf>> = {
  ...USUAL_VALUES,
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
  PASSWORD_BREACH_URL: httpUrlFault,
  METRICS_TOKEN: bearerFault,
  TURNSTILE_SECRET_KEY: bearerFault,
  PAGES_ALLOWED_ORIGINS: originFault,
  ADMIN_CORS_ALLOWED_ORIGINS: corsOriginFault,
  ADMIN_RATE: scopeRateFault,
  SITE_DOMAIN: hostFault,
  ALLAUTH_TRUSTED_CLIENT_IP_HEADER: tokenFault,
  ACCOUNT_EMAIL_SUBJECT_PREFIX: lineFault,
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

/** A rule about settings together. */
type Combination = {
  /** It finds nothing while all of these are what they are by themselves, in either mode, whatever the others are. */
  readonly unless: readonly (keyof Settings)[]
  readonly faults: (settings: Settings) => readonly string[]
}

const COMBINATIONS: readonly Combination[] = [
  // Both are required: `check-plain.ts` looks at them always.
  { unless: [], faults: secretKeyFaults },
  { unless: [], faults: databaseFaults },
  {
    unless: [
      'SIMPLE_JWT_ALGORITHM',
      'SIMPLE_JWT_SIGNING_KEY',
      'SIMPLE_JWT_VERIFYING_KEY',
      'SIMPLE_JWT_VERIFYING_KEY_FALLBACKS',
    ],
    faults: jwtKeyFaults,
  },
  { unless: ['CORS_ALLOW_CREDENTIALS'], faults: corsFaults },
  { unless: ['ADMIN_PAGE', 'AUDIT_EVENTS'], faults: adminFaults },
  {
    unless: ['BUILT_IN_PAGES', 'DEV_MAILBOX', 'PASSWORD_RESET_USE_SITES_DOMAIN'],
    faults: mailFaults,
  },
  {
    unless: [
      'JWT_AUTH_COOKIE',
      'JWT_AUTH_REFRESH_COOKIE',
      'JWT_AUTH_SAMESITE',
      'JWT_AUTH_SECURE',
      'JWT_AUTH_PARTITIONED',
      'KNOWN_DEVICE_COOKIE',
      'SESSION_COOKIE_NAME',
      'SESSION_COOKIE_SAMESITE',
      'SESSION_COOKIE_SECURE',
      'CSRF_COOKIE_NAME',
      'CSRF_COOKIE_SAMESITE',
      'CSRF_COOKIE_SECURE',
      'MFA_TRUST_COOKIE_NAME',
      'MFA_TRUST_COOKIE_SAMESITE',
      'MFA_TRUST_COOKIE_SECURE',
    ],
    faults: cookieFaults,
  },
  {
    unless: [
      'TOKEN_MODEL',
      'DEFAULT_AUTHENTICATION_CLASSES',
      'SIMPLE_JWT_BLACKLIST_AFTER_ROTATION',
      'TOKEN_BLACKLIST_ENABLED',
    ],
    faults: loginFaults,
  },
  { unless: ['REMEMBER_ME', 'SESSION_DEVICES', 'LOGIN_IDLE_SECONDS'], faults: lifetimeFaults },
  { unless: ['ACCOUNT_DELETION'], faults: deletionFaults },
  {
    unless: [
      'SIMPLE_JWT_USER_ID_CLAIM',
      'SIMPLE_JWT_TOKEN_TYPE_CLAIM',
      'SIMPLE_JWT_JTI_CLAIM',
      'SIMPLE_JWT_REVOKE_TOKEN_CLAIM',
      'JWT_CLAIMS',
      'USER_FIELDS',
    ],
    faults: claimFaults,
  },
  { unless: ['SIMPLE_JWT_USER_ID_FIELD'], faults: userIdFaults },
  {
    unless: [
      'ALLAUTH_TRUSTED_CLIENT_IP_HEADER',
      'ALLAUTH_TRUSTED_PROXY_COUNT',
      'TRUSTED_PROXY_SECRETS',
    ],
    faults: trustedProxyFaults,
  },
]

function databaseFaults({ TURSO_DATABASE_URL: url }: Settings): readonly string[] {
  return url === ''
    ? ['TURSO_DATABASE_URL is missing: libsql://NAME.turso.io, or http://127.0.0.1:8080']
    : []
}

/** The names that some rule here is about: while none of them is given, no rule but those of `check-plain.ts` finds anything. */
export function judgedNames(): readonly string[] {
  return [
    ...new Set([
      ...Object.keys(removedSettings),
      ...Object.keys(VALUES),
      'HEADLESS_FRONTEND_URLS',
      ...COMBINATIONS.flatMap(({ unless }) => unless),
      ...RARE,
    ]),
  ]
}
