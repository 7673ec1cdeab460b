import type { Settings } from './parse.ts'

/** Whether an account's logins can be listed and ended: refresh tokens must name the login they stem from. */
export function hasSessionList(settings: Settings): boolean {
  return settings.SESSION_MANAGEMENT && settings.USE_JWT && settings.REFRESH_TOKEN_FAMILIES
}
