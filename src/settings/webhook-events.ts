/** What other systems may hear of. */
export const WEBHOOK_EVENTS = [
  'user.created',
  'user.updated',
  'user.activated',
  'user.deactivated',
  'user.deleted',
  'login',
  'login.failed',
  'logout',
  'logout.everywhere',
  'session.ended',
  'password.changed',
  'password.reset',
  'email.added',
  'email.changed',
  'email.removed',
  'email.verified',
  'factor.added',
  'factor.removed',
  'factor.failed',
  'recovery_codes.generated',
  'recovery_codes.used',
  'social_account.connected',
  'social_account.disconnected',
  'token.reused',
] as const

/** One of them. */
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** Whether a filter (`user.created`, `user.*`, `*`) takes an event. */
export function takesEvent(filter: string, event: WebhookEvent): boolean {
  if (filter === '*' || filter === event) return true
  return filter.endsWith('.*') && event.startsWith(filter.slice(0, -1))
}
