/** The fields of the password login. */
import type { PolicyOf } from '../../settings/policy.ts'
import type { DeviceTrustSettings } from '../../settings/trust-cookie.ts'
import { trustFields } from './device-trust.ts'
import { charField, emailField, passwordField } from './fields.ts'
import { loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'

/**
 * dj-rest-auth's `LoginSerializer`: both names are optional, and blank ones count as missing, because the settings
 * decide which of them is asked for.
 */
export function loginFields(
  settings: DeviceTrustSettings & LoginChoiceSettings & PolicyOf<'passwords'>,
) {
  return {
    username: charField({ required: false, allowBlank: true }),
    email: emailField({ required: false, allowBlank: true }),
    password: passwordField({ trim: settings.policy.passwords.areTrimmed }),
    ...trustFields(settings),
    ...loginChoiceFields(settings),
  }
}
