/**
 * From rows and credentials to bodies (DRF's serializers, the writing half). Every body is built from named values
 * here: a column that is added to a table shows up in no answer by itself.
 */
import type { Credentials } from '../../core/sign-in/credentials.ts'
import type { JwtPair } from '../../core/tokens/jwt.ts'
import type { User } from '../../core/users/user.ts'
import { moreBody, type UserBodySettings } from './more-body.ts'
import { shownFields, type ShownUser } from '../../db/schema/users.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** A user on the wire (dj-rest-auth: `UserDetailsSerializer`). */
export type UserBody = ShownUser

/** The body of a user. A row is not a response: only what `userFields` marks as shown is in it. */
export function userBody(
  settings: UserBodySettings,
  user: User,
): UserBody & Readonly<Record<string, unknown>> {
  const row: Readonly<Record<string, unknown>> = user
  const columns = Object.fromEntries(shownFields.map(({ name, wire }) => [wire, row[name]]))
  // `ShownUser` is made from the same declaration as `shownFields`.
  return { ...(columns as UserBody), ...moreBody(settings, user) }
}

/**
 * What a JWT body is for: that of a login obeys `JWT_AUTH_HTTPONLY` and `JWT_AUTH_RETURN_EXPIRATION`, that of a
 * registration does not, as in the reference.
 */
type JwtBodyKind = 'login' | 'registration'

/** Who logged in, and what for. */
export type LoggedIn = {
  readonly user: User
  readonly credentials: Credentials
  readonly kind: JwtBodyKind
}

/** The settings for the body of a pair. */
type JwtBodySettings = Pick<
  Settings,
  'JWT_AUTH_HTTPONLY' | 'JWT_AUTH_LEGACY_FIELDS' | 'JWT_AUTH_RETURN_EXPIRATION'
> &
  PolicyOf<'registration'>

/**
 * What a login answers: a pair, a key, or nothing (dj-rest-auth: `JWTSerializer`,
 * `JWTSerializerWithExpiration`, `TokenSerializer`).
 */
export function credentialsBody(
  settings: UserBodySettings & JwtBodySettings,
  { user, credentials, kind }: LoggedIn,
): unknown {
  const { jwt } = credentials
  if (jwt !== undefined) return jwtBody(settings, { user, jwt, kind })
  return credentials.key === undefined ? undefined : { key: credentials.key }
}

function jwtBody(
  settings: UserBodySettings & JwtBodySettings,
  { user, jwt, kind }: { user: User; jwt: JwtPair; kind: JwtBodyKind },
): Readonly<Record<string, unknown>> {
  const { access, refresh, ...more } = jwtPairBody(settings, jwt, kind)
  return { access, refresh, user: userBody(settings, user), ...more }
}

/** A pair on the wire; in HttpOnly mode the refresh token is in the cookie alone. */
export function jwtPairBody(
  settings: JwtBodySettings,
  jwt: JwtPair,
  kind: JwtBodyKind,
): Readonly<Record<string, unknown>> {
  const isLogin = kind === 'login' || settings.policy.registration.setsJwtCookies
  const refresh = isLogin && settings.JWT_AUTH_HTTPONLY ? '' : jwt.refresh
  return {
    access: jwt.access,
    refresh,
    ...(isLogin && settings.JWT_AUTH_RETURN_EXPIRATION
      ? {
          access_expiration: dateTimeBody(jwt.accessExpiresAt),
          refresh_expiration: dateTimeBody(jwt.refreshExpiresAt),
        }
      : {}),
    ...(settings.JWT_AUTH_LEGACY_FIELDS
      ? { access_token: jwt.access, refresh_token: refresh }
      : {}),
  }
}

/**
 * A time as DRF writes it: ISO 8601 in UTC with microseconds and `Z`. Ours have milliseconds, the rest is zeros.
 */
export function dateTimeBody(date: Date): string {
  return date.toISOString().replace(/(\.\d{3})Z$/, '$1000Z')
}
