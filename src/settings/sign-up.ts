import type { Settings } from './parse.ts'

/** Whether strangers may make accounts with a password. */
export function isSignUpOpen(settings: Settings): boolean {
  const isForStrangers = !settings.REGISTER_PERMISSION_CLASSES.includes('IsAuthenticated')
  return isForStrangers && !settings.SOCIALACCOUNT_ONLY
}
