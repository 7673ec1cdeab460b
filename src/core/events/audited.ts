import type { WebhookEvent } from '../../settings/webhook-events.ts'

/** An event as other systems hear of it. */
type PublishedEvent = {
  readonly type: WebhookEvent
  readonly detail?: Readonly<Record<string, string>>
}

/** Which recorded events are sent; those not listed here are only for the operator. */
const PUBLISHED: Readonly<Record<string, PublishedEvent>> = {
  registered: { type: 'user.created' },
  profile_changed: { type: 'user.updated' },
  rights_changed: { type: 'user.updated' },
  activated: { type: 'user.activated' },
  deactivated: { type: 'user.deactivated' },
  account_deletion_requested: { type: 'user.deactivated', detail: { how: 'leaving' } },
  account_deletion_undone: { type: 'user.activated', detail: { how: 'undone' } },
  deleted: { type: 'user.deleted' },
  login: { type: 'login' },
  login_failed: { type: 'login.failed' },
  logout: { type: 'logout' },
  logged_out_everywhere: { type: 'logout.everywhere' },
  session_ended: { type: 'session.ended' },
  password_changed: { type: 'password.changed' },
  password_reset: { type: 'password.reset' },
  email_added: { type: 'email.added' },
  email_changed: { type: 'email.changed' },
  email_change_undone: { type: 'email.changed', detail: { how: 'undone' } },
  email_removed: { type: 'email.removed' },
  email_verified: { type: 'email.verified' },
  totp_activated: { type: 'factor.added', detail: { factor: 'totp' } },
  totp_deactivated: { type: 'factor.removed', detail: { factor: 'totp' } },
  passkey_added: { type: 'factor.added', detail: { factor: 'passkey' } },
  passkey_removed: { type: 'factor.removed', detail: { factor: 'passkey' } },
  factors_reset: { type: 'factor.removed', detail: { factor: 'all' } },
  mfa_failed: { type: 'factor.failed' },
  recovery_codes_generated: { type: 'recovery_codes.generated' },
  recovery_code_used: { type: 'recovery_codes.used' },
  social_account_connected: { type: 'social_account.connected' },
  social_account_disconnected: { type: 'social_account.disconnected' },
  refresh_token_reused: { type: 'token.reused' },
}

/** What other systems hear of a noted event; `undefined`: nothing. */
export function webhookEventOf(kind: string): PublishedEvent | undefined {
  return Object.hasOwn(PUBLISHED, kind) ? PUBLISHED[kind] : undefined
}
