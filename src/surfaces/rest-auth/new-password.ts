/** The two fields that every new password arrives in. */
import { PASSWORD_MAX_LENGTH } from '../../core/passwords/new-password.ts'
import { passwordField } from './fields.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** `new_password1` and `new_password2` (Django: `SetPasswordForm`). */
export function newPasswordFields(settings: PolicyOf<'passwords'>) {
  const trim = settings.policy.passwords.areTrimmed
  return {
    new_password1: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
    new_password2: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
  }
}
