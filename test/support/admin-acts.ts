import type { AuditKind } from '../../src/core/audit/audit.sql.ts'

/**
 * Everything that the admin API can do, and as what the audit log notes it. The tests of the API and of the page do
 * each of them, and fail while an endpoint that changes something is missing here.
 */
export const ADMIN_ACTS = {
  'POST users/': 'registered',
  'PATCH users/:id/': 'profile_changed',
  'DELETE users/:id/': 'deleted',
  'POST users/:id/set-email/': 'email_changed',
  'POST users/:id/set-rights/': 'rights_changed',
  'POST users/:id/disable/': 'deactivated',
  'POST users/:id/enable/': 'activated',
  'POST users/:id/unlock/': 'unlocked',
  'POST users/:id/end-logins/': 'logged_out_everywhere',
  'POST users/:id/verify-email/': 'email_verified',
  'POST users/:id/send-verification/': 'verification_sent',
  'POST users/:id/send-reset/': 'reset_requested',
  'POST users/:id/reset-factors/': 'factors_reset',
  'POST users/:id/impersonate/': 'impersonated',
  'POST users/:id/grant/': 'rights_changed',
  'POST users/:id/withdraw/': 'rights_changed',
  'POST invitations/': 'invited',
  'POST invitations/:id/revoke/': 'invitation_revoked',
  'POST mails/:id/resend/': 'mail_resent',
  'POST suppressions/lift/': 'suppression_lifted',
  'POST webhooks/:id/replay/': 'webhooks_replayed',
  'POST webhooks/replay/': 'webhooks_replayed',
} as const satisfies Readonly<Record<string, AuditKind>>

/** Method and path of one of them. */
export type AdminAct = keyof typeof ADMIN_ACTS
