import type { Settings } from '../../settings/parse.ts'
import { passwordField } from './fields.ts'

/** Longer ones are no passwords: hashing them would cost what the sender wants it to (Django: `SetPasswordForm`). */
export const PASSWORD_MAX_LENGTH = 128

/** The message of two new passwords that differ (Django: `SetPasswordForm`). */
export const MISMATCH = 'The two password fields didn’t match.'

/** The two fields of a new password. */
export function newPasswordFields(settings: Settings) {
  const trim = settings.TRIM_PASSWORDS
  return {
    new_password1: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
    new_password2: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
  }
}
