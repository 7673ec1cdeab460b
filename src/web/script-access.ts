/** How a script of our own pages says who its visitor is. */
import type { Settings } from '../settings/parse.ts'
import { headerName } from './csrf.ts'

/** How a request authenticates: cookies do it by themselves; else a header under the settings' name and scheme. */
export type ScriptAccess =
  | { readonly kind: 'cookie' }
  | { readonly kind: 'header'; readonly name: string; readonly scheme: string }

/** Where a script finds the refresh token; `none`: it gets along without. */
export type RefreshPlace = 'body' | 'cookie' | 'none'

/** The settings for how a script is known. */
export type ScriptAccessSettings = Pick<
  Settings,
  | 'JWT_AUTH_COOKIE'
  | 'SIMPLE_JWT_AUTH_HEADER_NAME'
  | 'SIMPLE_JWT_AUTH_HEADER_TYPES'
  | 'TOKEN_MODEL'
  | 'USE_JWT'
>

/** How a script's requests authenticate. */
export function scriptAccess(settings: ScriptAccessSettings): ScriptAccess {
  if (settings.USE_JWT) {
    if (settings.JWT_AUTH_COOKIE !== undefined) return { kind: 'cookie' }
    const scheme = settings.SIMPLE_JWT_AUTH_HEADER_TYPES[0] ?? 'Bearer'
    return { kind: 'header', name: headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME), scheme }
  }
  if (settings.TOKEN_MODEL === undefined) return { kind: 'cookie' }
  return { kind: 'header', name: 'Authorization', scheme: 'Token' }
}

/** The settings for where refresh tokens are. */
export type RefreshSettings = Pick<
  Settings,
  'JWT_AUTH_HTTPONLY' | 'JWT_AUTH_REFRESH_COOKIE' | 'USE_JWT'
>

/** Where a script's refresh token is. */
export function refreshPlace(settings: RefreshSettings): RefreshPlace {
  if (!settings.USE_JWT) return 'none'
  if (settings.JWT_AUTH_REFRESH_COOKIE !== undefined) return 'cookie'
  return settings.JWT_AUTH_HTTPONLY ? 'none' : 'body'
}
