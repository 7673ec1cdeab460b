// Written by languages.build.ts.

/** The mails that this service sends, in the order of `en.ts`. */
export const EMAIL_KINDS = [
  'email_in_use',
  'email_changed',
  'email_added',
  'email_removed',
  'account_deletion',
  'account_deleted',
  'invitation',
  'confirm_email',
  'password_reset',
  'account_already_exists',
  'password_changed',
  'social_account_connected',
  'social_account_disconnected',
  'email_claim_dropped',
  'email_replaced',
  'totp_activated',
  'totp_deactivated',
  'recovery_codes_generated',
  'recovery_codes_used_up',
  'passkey_added',
  'passkey_removed',
  'login_code',
  'login_link',
  'confirm_email_code',
  'password_reset_code',
] as const

/** One of `EMAIL_KINDS`. */
export type EmailKind = (typeof EMAIL_KINDS)[number]
