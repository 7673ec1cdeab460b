/** Whether there is a page of second factors. */
import type { Settings } from './parse.ts'

/** Whether there is a page for the own second factor and passkeys. */
export function hasSecurityPage(
  settings: Pick<Settings, 'MFA_ENABLED' | 'PASSKEYS_ENABLED'>,
): boolean {
  return settings.MFA_ENABLED || settings.PASSKEYS_ENABLED
}
