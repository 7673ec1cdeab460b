/** Settings of the operator's API and page, and the scopes of its keys. */
import { meaning } from './meaning.ts'
import { flag, seconds, stringList, string, type Setting } from './setting.ts'

/** Rights in the admin API, of a user or of a machine with a key. */
export const ADMIN_SCOPES = [
  'users:read',
  /** Create, change, disable, verify, unlock, sign out, mail links. */
  'users:write',
  /** Take second factors away. */
  'users:factors',
  'users:delete',
  'users:impersonate',
  /** Give groups and permissions that one has oneself, and take them. */
  'users:grant',
  /** Invite, and take invitations back. */
  'users:invite',
  'mails:read',
  /** Send what waits at once, and let mails to a stopped address through. */
  'mails:write',
  'webhooks:read',
  /** Send again what was given up. */
  'webhooks:write',
  'audit:read',
  /** Counters, `metrics` among them. */
  'counters:read',
] as const

/** One of `ADMIN_SCOPES`. */
export type AdminScope = (typeof ADMIN_SCOPES)[number]

/** The operator's API and page. */
export const adminSettings = {
  ADMIN_API: flag(
    false,
    meaning('admin/api/ exists: find, show and change accounts, for staff and machines.'),
  ),
  ADMIN_PAGE: flag(false, meaning('admin/ exists: the page over admin/api/, which must be on.')),
  ADMIN_STAFF_SCOPES: adminScopes(),
  ADMIN_REAUTHENTICATION_TIMEOUT: seconds(
    { min: 60, max: 86_400 },
    1_800,
    meaning('Seconds for which a login, or reauthenticate/, lets staff use admin/api/.'),
  ),
  ADMIN_NEEDS_SECOND_FACTOR: flag(
    true,
    meaning(
      'With MFA_ENABLED or PASSKEYS_ENABLED: staff without a second factor may not use admin/api/.',
    ),
  ),
  ADMIN_CORS_ALLOWED_ORIGINS: stringList(
    [],
    meaning(
      'Origins of other pages that may call admin/api/, with headers and never with cookies; CORS_* do not count there.',
    ),
  ),
  ADMIN_RATE: string(
    '240/m',
    meaning('How often staff, or a machine by its key, may call admin/api/.'),
  ),
  ADMIN_IMPERSONATION_SECONDS: seconds(
    { min: 60, max: 3_600 },
    900,
    meaning('Life of a token by which staff acts as somebody else.'),
  ),
} as const

/** A list of scopes; an unknown one is a fault, because it would silently allow nothing. */
function adminScopes(): Setting<readonly string[]> {
  const list = stringList(
    ['users:read', 'mails:read', 'audit:read', 'counters:read'],
    meaning(`What staff may do who are no superusers: ${ADMIN_SCOPES.join(', ')}.`),
  )
  return {
    ...list,
    parse: (raw) => {
      const scopes = list.parse(raw)
      const unknown = scopes.find((scope) => !isAdminScope(scope))
      if (unknown === undefined) return scopes
      throw new Error(`knows ${ADMIN_SCOPES.join(', ')}, not ${JSON.stringify(unknown)}`)
    },
  }
}

/** Whether a word is a scope. */
export function isAdminScope(word: string): word is AdminScope {
  return ADMIN_SCOPES.some((scope) => scope === word)
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
