/** Who can sign up and log in how: several settings that mean one thing together. */
import type { Settings } from './parse.ts'
import type { PolicyOf } from './policy.ts'

/** The settings for creating accounts. */
export type SignUpSettings = Pick<
  Settings,
  'REGISTER_PERMISSION_CLASSES' | 'SOCIALACCOUNT_ONLY' | 'REGISTRATION'
>

/** Whether anyone may create an account with a password. */
export function isSignUpOpen(settings: SignUpSettings): boolean {
  const isForStrangers = settings.REGISTER_PERMISSION_CLASSES.every((one) => one === 'AllowAny')
  return isForStrangers && !settings.SOCIALACCOUNT_ONLY && settings.REGISTRATION !== 'closed'
}

/**
 * Whether passwords open accounts. With `SOCIALACCOUNT_ONLY` allauth takes its views of them away; dj-rest-auth
 * leaves its own (`SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS`).
 */
export function hasPasswordLogin(
  settings: Pick<Settings, 'SOCIALACCOUNT_ONLY'> & PolicyOf<'social'>,
): boolean {
  return !(settings.SOCIALACCOUNT_ONLY && settings.policy.social.onlyClosesPasswords)
}

/** Whether a mailed code makes an account where there is none. */
export function isSignUpByCodeOpen(
  settings: SignUpSettings & Pick<Settings, 'ACCOUNT_SIGNUP_BY_CODE_ENABLED'>,
): boolean {
  return settings.ACCOUNT_SIGNUP_BY_CODE_ENABLED && isSignUpOpen(settings)
}
