/**
 * Settings that contradict each other. Each fault names them and says what to change, because it is found at
 * deployment by an operator who has not read the code.
 */
import { ROLE_NAMES } from './role-names.ts'
import { unlinkedMails } from './mail-links.ts'
import { reservedClaims } from './reserved-claims.ts'
import type { AuthenticationClass } from './rest-auth.ts'
import type { Settings } from './table.ts'
import { patternFault } from './words.ts'

/** Pages that may read answers to everyone's cookies would read them all. */
export function corsFaults(settings: Settings): readonly string[] {
  if (!settings.CORS_ALLOW_CREDENTIALS) return []
  return [
    ...(settings.CORS_ALLOW_ALL_ORIGINS
      ? [
          'CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS cannot both be on: name the pages in CORS_ALLOWED_ORIGINS',
        ]
      : []),
    ...settings.CORS_ALLOWED_ORIGIN_REGEXES.filter(matchesAnybody).map(
      (pattern) =>
        `CORS_ALLOWED_ORIGIN_REGEXES has ${JSON.stringify(pattern)}, which any page matches: with CORS_ALLOW_CREDENTIALS, name your own pages`,
    ),
    ...(settings.CORS_ALLOWED_ORIGINS.includes('null')
      ? ['CORS_ALLOWED_ORIGINS cannot hold null together with CORS_ALLOW_CREDENTIALS']
      : []),
  ]
}

/** Origins that have nothing in common: a pattern that takes both was written for everyone. */
const STRANGERS = ['https://q7.example.net', 'https://zebra-41.invalid']

/** Whether a pattern of origins matches everyone, tried with origins that no operator would mean. */
function matchesAnybody(pattern: string): boolean {
  // One that JavaScript cannot read is a fault of its own.
  if (patternFault(pattern) !== undefined) return false
  const whole = new RegExp(`^(?:${pattern})$`)
  return STRANGERS.every((origin) => whole.test(origin))
}

/** Mails whose links lead nowhere, or that everyone would read. */
export function mailFaults(settings: Settings): readonly string[] {
  const unlinked = unlinkedMails(settings)
  return [
    ...(!settings.BUILT_IN_PAGES && unlinked.length > 0
      ? [
          `HEADLESS_FRONTEND_URLS needs ${unlinked.join(' and ')}: with BUILT_IN_PAGES off, links in mails lead nowhere else`,
        ]
      : []),
    ...(settings.DEV_MAILBOX && settings.MAIL_TRANSPORTS.length > 0
      ? [
          'DEV_MAILBOX shows everybody all mails, so it cannot be on where MAIL_TRANSPORTS send them; take one of them out',
        ]
      : []),
    ...(settings.DEV_MAILBOX && settings.RESEND_API_KEY !== undefined
      ? [
          'DEV_MAILBOX shows everybody all mails, so it cannot be on where RESEND_API_KEY sends them; take one of them out',
        ]
      : []),
    ...(settings.PASSWORD_RESET_USE_SITES_DOMAIN &&
    settings.SITE_DOMAIN === 'example.com' &&
    settings.DJANGO_COMPATIBILITY === 'safe'
      ? ['PASSWORD_RESET_USE_SITES_DOMAIN needs SITE_DOMAIN: reset links would lead to example.com']
      : []),
  ]
}

/** Settings that are each right, but together lock all users out or protect none. */
export function loginFaults(settings: Settings): readonly string[] {
  const { USE_JWT, TOKEN_MODEL, SESSION_LOGIN } = settings
  // This is how the reference would answer, too, and `exact` shows it.
  if (settings.DJANGO_COMPATIBILITY === 'exact') return []
  if (!USE_JWT && TOKEN_MODEL === undefined && !SESSION_LOGIN) {
    return ['TOKEN_MODEL null needs USE_JWT or SESSION_LOGIN: a login would give nothing']
  }
  return [...unusedCredentials(settings), ...(USE_JWT ? endlessTokens(settings) : [])]
}

/** Credentials that the settings hand out and none of them accepts. */
function unusedCredentials(settings: Settings): readonly string[] {
  const { USE_JWT, TOKEN_MODEL, SESSION_LOGIN } = settings
  const given: readonly AuthenticationClass[] = [
    ...(USE_JWT ? (['jwt'] as const) : TOKEN_MODEL === undefined ? [] : (['token'] as const)),
    ...(SESSION_LOGIN ? (['session'] as const) : []),
  ]
  const taken = settings.DEFAULT_AUTHENTICATION_CLASSES ?? given
  if (given.some((way) => taken.includes(way))) return []
  return [`DEFAULT_AUTHENTICATION_CLASSES takes nothing of what a login gives: ${given.join(', ')}`]
}

/** A refresh token that stays valid after it was exchanged remains useful to a thief. */
function endlessTokens(settings: Settings): readonly string[] {
  if (!settings.SIMPLE_JWT_ROTATE_REFRESH_TOKENS) return []
  const missing = [
    ...(settings.SIMPLE_JWT_BLACKLIST_AFTER_ROTATION
      ? []
      : ['SIMPLE_JWT_BLACKLIST_AFTER_ROTATION']),
    ...(settings.TOKEN_BLACKLIST_ENABLED ? [] : ['TOKEN_BLACKLIST_ENABLED']),
  ]
  if (missing.length === 0) return []
  return [
    `SIMPLE_JWT_ROTATE_REFRESH_TOKENS needs ${missing.join(' and ')}: rotated tokens would stay good; or set it to false`,
  ]
}

/** Addresses are neither unique nor fixed: the tokens of one account would open another. */
export function userIdFaults(settings: Settings): readonly string[] {
  return settings.SIMPLE_JWT_USER_ID_FIELD === 'email'
    ? ['SIMPLE_JWT_USER_ID_FIELD cannot be email: two accounts may have one address; take id']
    : []
}

/** Claims that one another, or the times in a token, would overwrite. */
export function claimFaults(settings: Settings): readonly string[] {
  const names = {
    SIMPLE_JWT_USER_ID_CLAIM: settings.SIMPLE_JWT_USER_ID_CLAIM,
    SIMPLE_JWT_TOKEN_TYPE_CLAIM: settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM,
    SIMPLE_JWT_JTI_CLAIM: settings.SIMPLE_JWT_JTI_CLAIM,
    SIMPLE_JWT_REVOKE_TOKEN_CLAIM: settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM,
  }
  const isTypeless = settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM === undefined
  return [
    ...(isTypeless && settings.DJANGO_COMPATIBILITY === 'safe'
      ? [
          'SIMPLE_JWT_TOKEN_TYPE_CLAIM cannot be null: an access token would pass for a refresh token',
        ]
      : []),
    ...findClashes(names, settings.SIMPLE_JWT_USER_ID_FIELD === 'username' ? ['account_id'] : []),
    ...ownClaimFaults(settings, Object.values(names)),
  ]
}

/** Claims that two settings would write. */
function findClashes(
  names: Readonly<Record<string, string | undefined>>,
  ours: readonly string[],
): readonly string[] {
  const taken = new Set(['exp', 'iat', 'nbf', 'aud', 'iss', 'family', 'proved_at', ...ours])
  return Object.entries(names).flatMap(([setting, name]) => {
    if (name === undefined) return []
    const isFree = name !== '' && !taken.has(name)
    taken.add(name)
    return isFree ? [] : [`${setting} must be a claim of its own, not ${JSON.stringify(name)}`]
  })
}

/** Custom claims that would override a registered claim, or that have no source. */
function ownClaimFaults(
  settings: Settings,
  names: readonly (string | undefined)[],
): readonly string[] {
  const { JWT_CLAIMS, USER_FIELDS } = settings
  const readable = USER_FIELDS.filter(({ read }) => read === 'owner').map(({ name }) => name)
  const sources = new Set([...CLAIM_SOURCES, ...readable])
  const ofFields = USER_FIELDS.filter(({ jwt }) => jwt).map(({ name }) => name.replace('.', '_'))
  const reserved = new Set<string | undefined>([...names, ...reservedClaims(settings)])
  return [
    ...[...ofFields, ...JWT_CLAIMS.map(({ claim }) => claim)]
      .filter(
        (claim, index, all) =>
          reserved.has(claim) || claim in Object.prototype || all.indexOf(claim) !== index,
      )
      .map((claim) => `JWT_CLAIMS cannot say ${claim}: tokens mean something by it already`),
    ...JWT_CLAIMS.filter(({ from }) => from !== '' && !sources.has(from)).map(
      ({ claim, from }) =>
        `JWT_CLAIMS takes ${claim} from ${from}, which is no field that an owner may read`,
    ),
    ...JWT_CLAIMS.filter(
      ({ claim, from, value }) => claim === 'sub' && !isSubject(from, value),
    ).map(() => 'JWT_CLAIMS can take sub from pk, username or email alone: it names the user'),
  ]
}

const CLAIM_SOURCES = ['pk', 'username', 'email', 'first_name', 'last_name', ...ROLE_NAMES]

function isSubject(from: string, value: unknown): boolean {
  return from === '' ? typeof value === 'string' : ['pk', 'username', 'email'].includes(from)
}

/** Settings that each are right, and together leave a page without its API, or acts unnoted. */
export function adminFaults(settings: {
  readonly ADMIN_API: boolean
  readonly ADMIN_PAGE: boolean
  readonly AUDIT_EVENTS: boolean
}): readonly string[] {
  const { ADMIN_API, ADMIN_PAGE, AUDIT_EVENTS } = settings
  return [
    ...(ADMIN_PAGE && !ADMIN_API
      ? ['ADMIN_PAGE needs ADMIN_API, which it asks for everything']
      : []),
    ...(ADMIN_API && !AUDIT_EVENTS
      ? ['ADMIN_API needs AUDIT_EVENTS: what staff does is noted']
      : []),
  ]
}
