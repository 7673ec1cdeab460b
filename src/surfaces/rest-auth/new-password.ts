import type { Settings } from '../../settings/parse.ts'
import { PASSWORD_MAX_LENGTH } from '../../core/passwords/new-password.ts'
import { passwordField } from './fields.ts'

/** The two fields of a new password. */
export function newPasswordFields(settings: Settings) {
  const trim = settings.TRIM_PASSWORDS
  return {
    new_password1: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
    new_password2: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
  }
}
