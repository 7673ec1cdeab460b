/** Which cookies a login sets under the settings: the one place that knows, for servers, pages and OpenAPI. */
import type { Settings } from './table.ts'

/** The settings that name the cookies of a login. */
export type LoginCookieSettings = Pick<
  Settings,
  | 'SESSION_LOGIN'
  | 'SESSION_COOKIE_NAME'
  | 'USE_JWT'
  | 'JWT_AUTH_COOKIE'
  | 'JWT_AUTH_REFRESH_COOKIE'
>

/** The cookies of a login that log in later, where it sets any. */
export function loginCookieNames(settings: LoginCookieSettings): readonly string[] {
  const names = [
    settings.USE_JWT ? settings.JWT_AUTH_COOKIE : undefined,
    settings.USE_JWT ? settings.JWT_AUTH_REFRESH_COOKIE : undefined,
    settings.SESSION_LOGIN ? settings.SESSION_COOKIE_NAME : undefined,
  ]
  return names.filter((name) => name !== undefined)
}
