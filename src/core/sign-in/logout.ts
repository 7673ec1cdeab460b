/** Ending the login of a request, with any kind of credential. */
import { sha256Hex } from '../../crypto.ts'
import {
  deleteAuthToken,
  deleteOwnedToken,
  deleteSession,
  deleteSessionBeside,
  sessionOwner,
} from '../tokens/credentials.sql.ts'
import { deleteDeviceToken } from '../tokens/device-token.sql.ts'
import { insertBlacklisted, revokeFamily } from './refresh.sql.ts'
import { batch } from '../../db/batch.ts'
import type { Statement } from '../../db/open.ts'
import { familyOf } from '../tokens/authentication.ts'
import { ownerOfClaims } from '../tokens/token-owner.ts'
import { newRefreshExpiry } from './complete.ts'
import type { CredentialDeps } from './credentials.ts'
import { genuineClaims, refuseToken, verifyToken, type TokenFaultCode } from '../tokens/jwt.ts'
import type { SignedInCaller } from '../tokens/proof.sql.ts'
import { refreshTokenOf } from './refresh.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * Ends an auth token, and the session beside it, without authentication first: the statements decide. Returns
 * whether the token was valid; otherwise nothing was done. One round trip.
 */
export async function endAuthToken(
  { db }: Pick<CredentialDeps, 'db'>,
  keyHash: string,
  sessionHash: string | undefined,
): Promise<boolean> {
  const { token } = await batch(db, {
    session: sessionHash === undefined ? [] : [deleteSessionBeside(db, sessionHash, keyHash)],
    token: deleteOwnedToken(db, keyHash),
  })
  return token.length > 0
}

/**
 * Ends a session, and its account's auth token where logins hand it out. Returns whether there was such a session. One
 * round trip.
 */
export async function endSession(
  { db, settings, now }: Pick<CredentialDeps, 'db' | 'settings' | 'now'>,
  keyHash: string,
): Promise<boolean> {
  const { session } = await batch(db, {
    token: endsAuthTokenOf(settings) ? [deleteAuthToken(db, sessionOwner(keyHash, now))] : [],
    session: deleteSession(db, keyHash),
  })
  return session.length > 0
}

/** What a request brings that a logout ends. */
export type LogoutInput = {
  readonly caller: SignedInCaller | undefined
  readonly sessionKey: string | undefined
  readonly refreshToken: string | undefined
  /** The JWT of the request, expired or not. */
  readonly accessToken: string | undefined
}

/** Result of a logout; everything else is ended even where the refresh token is refused. */
export type LogoutOutcome = { readonly refreshFault: TokenFaultCode | undefined }

/**
 * Ends the login that the request proves in any way (dj-rest-auth: `LogoutView.logout`): the account's auth token,
 * the session, the refresh token, and the family that an access or refresh token names, even an expired one.
 * Any holder of a token may revoke its login (RFC 7009). At most one round trip.
 */
export async function logout(deps: CredentialDeps, input: LogoutInput): Promise<LogoutOutcome> {
  const { db, settings, now } = deps
  const { caller, sessionKey, refreshToken } = input
  const verified =
    refreshToken === undefined ? undefined : await verifyToken(deps, refreshToken, 'refresh')
  const endings = [
    ...(caller === undefined || !endsAuthToken(settings, caller)
      ? []
      : [endingOfToken(db, caller)]),
    ...(sessionKey === undefined ? [] : [deleteSession(db, await sha256Hex(sessionKey))]),
    ...(await familyEndings(deps, [refreshToken, input.accessToken])),
  ]
  if (verified?.kind === 'verified') {
    const token = refreshTokenOf(settings, verified.claims)
    const owner = ownerOfClaims(settings, verified.claims)
    const [blacklisted] = await db.batch([insertBlacklisted(db, { token, owner }, now), ...endings])
    const isAlive = blacklisted.length > 0
    return { refreshFault: isAlive ? undefined : refuseToken(settings, 'jwt_blacklisted').code }
  }
  const [first, ...rest] = endings
  if (first !== undefined) await db.batch([first, ...rest])
  return { refreshFault: verified?.kind === 'refused' ? verified.code : undefined }
}

/** A token of a device ends alone; the account's one token ends for all devices. */
function endingOfToken(db: CredentialDeps['db'], { user, credential }: SignedInCaller): Statement {
  return credential.kind === 'token' && credential.isOfDevice === true
    ? deleteDeviceToken(db, credential.keyHash)
    : deleteAuthToken(db, user.id)
}

/** The account's one auth token ends where logins hand it out, or where it is what the caller came by. */
function endsAuthToken(
  settings: Pick<Settings, 'TOKEN_MODEL' | 'USE_JWT'> & PolicyOf<'logout'>,
  { credential }: SignedInCaller,
): boolean {
  return credential.kind === 'token' || endsAuthTokenOf(settings)
}

function endsAuthTokenOf(
  settings: Pick<Settings, 'TOKEN_MODEL' | 'USE_JWT'> & PolicyOf<'logout'>,
): boolean {
  const isFromLogins = !settings.USE_JWT && settings.TOKEN_MODEL !== undefined
  return isFromLogins || settings.policy.logout.endsApiTokens
}

/** Ends the logins that tokens name; a record of the end lives as long as any refresh token of today. */
async function familyEndings(
  deps: CredentialDeps,
  tokens: readonly (string | undefined)[],
): Promise<readonly Statement[]> {
  const { db, settings, now } = deps
  const endings = new Map<string, Statement>()
  for (const token of tokens) {
    const claims = token === undefined ? undefined : await genuineClaims(settings, token)
    const family = claims === undefined ? undefined : familyOf(claims)
    const owner = claims === undefined ? undefined : ownerOfClaims(settings, claims)
    if (family === undefined || owner === undefined) continue
    const login = { family, owner, expiresAt: newRefreshExpiry(deps) }
    endings.set(family, revokeFamily(db, login, now))
  }
  return [...endings.values()]
}
