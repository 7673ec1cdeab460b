/** What credentials there are, and which of them a surface requests. */
import type { Deps } from '../../deps.ts'
import type { HookDeps } from '../hooks/hook-deps.ts'
import type { JwtPair } from '../tokens/jwt.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** The slice of `Deps` that issuing credentials needs. */
export type CredentialDeps = Pick<
  Deps,
  | 'db'
  | 'settings'
  | 'now'
  | 'elapsedMs'
  | 'randomBytes'
  | 'deferWrites'
  | 'client'
  | 'jwtClient'
  | 'log'
> &
  // For the mail with the code of `ACCOUNT_LOGIN_BY_CODE_REQUIRED`.
  Pick<Deps, 'defer' | 'sendEmail'> &
  HookDeps

/** The credentials that a surface requests of a sign-in. */
export type Wanted = { readonly key: boolean; readonly jwt: boolean; readonly session: boolean }

/** What dj-rest-auth issues under these settings; `opensSession` is what its view says of sessions. */
export function wantedBy(
  settings: Pick<Settings, 'TOKEN_MODEL' | 'USE_JWT'>,
  opensSession: boolean,
): Wanted {
  return {
    key: !settings.USE_JWT && settings.TOKEN_MODEL !== undefined,
    jwt: settings.USE_JWT,
    session: opensSession,
  }
}

/** What a login hands out. */
export type Credentials = {
  /** DRF's auth token; absent with `USE_JWT`, or without `TOKEN_MODEL`. */
  readonly key?: string
  readonly jwt?: JwtPair
  /** Value of the session cookie, with `SESSION_LOGIN`. */
  readonly sessionKey?: string
  /** Absent: it outlives the browser, as ever. */
  readonly isRemembered?: boolean
}

/** An account with the auth token that it has, as a sign-in reads it. */
export type SignInAccount = UserWithPassword & {
  readonly keyHash: string | null
  readonly sealedKey: string | null
  /** Row of its authenticator app. */
  readonly deviceId: number | null
}

/** Whether a login sets `last_login`: Django does it where a session is opened. */
export function loginSetsLastLogin(
  settings: Pick<Settings, 'SIMPLE_JWT_UPDATE_LAST_LOGIN' | 'USE_JWT'> & PolicyOf<'tokens'>,
  wanted: Wanted,
): boolean {
  if (wanted.session) return true
  if (!settings.policy.tokens.followUpdateLastLogin) return false
  return !settings.USE_JWT || settings.SIMPLE_JWT_UPDATE_LAST_LOGIN
}
