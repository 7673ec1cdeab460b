/** Whether there is a list of logins. */
import { hasDeviceList } from './login-lifetime.ts'
import type { Settings } from './parse.ts'
import type { PolicyOf } from './policy.ts'

/** Whether an account's logins can be listed and ended: refresh tokens must name theirs, unless every kind is listed. */
export function hasSessionList(
  settings: Pick<Settings, 'SESSION_DEVICES' | 'SESSION_MANAGEMENT' | 'USE_JWT'> &
    PolicyOf<'tokens'>,
): boolean {
  if (hasDeviceList(settings)) return true
  return settings.SESSION_MANAGEMENT && settings.USE_JWT && settings.policy.tokens.haveFamilies
}
