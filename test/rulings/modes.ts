import type { Answer } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'

/** What both modes answer where they differ: one block a setting, named after it. */
export type Mode = 'exact' | 'safe'

/** The token of `appIn`’s user. */
export const KEY = '0123456789abcdef0123456789abcdef01234567'
export const PASSWORD = 'right-horse-staple'
export const NEW = 'better-horse-battery'
export const ALICE = { username: 'alice', password: PASSWORD }
export const CAROL = {
  username: 'carol',
  email: 'carol@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}
export const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
export const COOKIES = {
  USE_JWT: 'true',
  JWT_AUTH_COOKIE: 'auth',
  JWT_AUTH_REFRESH_COOKIE: 'refresh',
}
export const CHANGE = { new_password1: NEW, new_password2: NEW }

/** The app in a mode, with alice unless told otherwise, and no limits that get in the way. */
export async function appIn(
  mode: Mode,
  env: Record<string, unknown> = {},
  seeded: TestAppOptions['users'] = [aUser({ tokenKey: KEY })],
): Promise<TestApp> {
  const base = { ACCOUNT_RATE_LIMITS: 'false', KNOWN_DEVICE_COOKIE: '' }
  return createTestApp({ env: { ...base, DJANGO_COMPATIBILITY: mode, ...env }, users: seeded })
}

/** The status alone. */
export async function statusOf(response: Promise<Response>): Promise<number> {
  return (await response).status
}

/** What a refused JWT is told in a mode. */
export function refused(mode: Mode, exact: string): Answer {
  const detail = mode === 'exact' ? exact : 'Token is invalid or expired'
  return { status: 401, body: { detail, code: 'token_not_valid' } }
}
