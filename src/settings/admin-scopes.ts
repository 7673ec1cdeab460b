/** What keys of the operator's API, and staff, may do. */

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

/** Whether a word is a scope. */
export function isAdminScope(word: string): word is AdminScope {
  return ADMIN_SCOPES.some((scope) => scope === word)
}
