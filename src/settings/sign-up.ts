import type { Settings } from './parse.ts'

/** Whether strangers may make accounts with a password. */
export function isSignUpOpen(settings: Settings): boolean {
  const isForStrangers = settings.REGISTER_PERMISSION_CLASSES.every((one) => one === 'AllowAny')
  return isForStrangers && !settings.SOCIALACCOUNT_ONLY && settings.REGISTRATION !== 'closed'
}

/**
 * Whether passwords open accounts. With `SOCIALACCOUNT_ONLY` allauth takes its views of them away; dj-rest-auth
 * leaves its own (`SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS`).
 */
export function hasPasswordLogin(settings: Settings): boolean {
  return !(settings.SOCIALACCOUNT_ONLY && settings.SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS)
}
