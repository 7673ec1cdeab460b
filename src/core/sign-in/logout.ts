import { sha256Hex } from '../../crypto.ts'
import { deleteAuthToken, deleteOwnedToken, deleteSession } from '../tokens/credentials.sql.ts'
import { insertBlacklisted, revokeFamily } from './refresh.sql.ts'
import { userClaim } from '../tokens/authentication.ts'
import type { CredentialDeps } from './credentials.ts'
import { refused, verifyToken } from '../tokens/jwt.ts'
import { refreshTokenOf } from './refresh.ts'

/**
 * Ends an auth token without asking first whose it is: the statement decides. Answers whether it logged
 * anybody in. One round trip.
 */
export async function endAuthToken(
  deps: Pick<CredentialDeps, 'db'>,
  keyHash: string,
): Promise<boolean> {
  const ended = await deleteOwnedToken(deps.db, keyHash)
  return ended.length > 0
}

/** What a request brings that a logout ends. */
export type LogoutInput = {
  readonly userId: number | undefined
  readonly sessionKey: string | undefined
  readonly refreshToken: string | undefined
}

/** What a logout came to; everything else is ended even where the refresh token is refused. */
export type LogoutOutcome = { readonly refreshFault: string | undefined }

/**
 * Ends a login: the account's auth token, the session, the refresh token and its family (dj-rest-auth:
 * `LogoutView.logout`). Whoever holds a refresh token may end it. At most one round trip.
 */
export async function logout(deps: CredentialDeps, input: LogoutInput): Promise<LogoutOutcome> {
  const { db, settings, now } = deps
  const verified =
    input.refreshToken === undefined
      ? undefined
      : await verifyToken(deps, input.refreshToken, 'refresh')
  const claims = verified?.kind === 'verified' ? verified.claims : undefined
  const token = claims === undefined ? undefined : refreshTokenOf(settings, claims)
  const owner = userClaim('id', claims?.[settings.SIMPLE_JWT_USER_ID_CLAIM])
  const ownerId = owner === undefined ? null : Number(owner)

  const endings = [
    ...(input.userId === undefined ? [] : [deleteAuthToken(db, input.userId)]),
    ...(input.sessionKey === undefined
      ? []
      : [deleteSession(db, await sha256Hex(input.sessionKey))]),
    ...(token?.family === undefined || ownerId === null
      ? []
      : [
          revokeFamily(
            db,
            { family: token.family, userId: ownerId, expiresAt: token.expiresAt },
            now,
          ),
        ]),
  ]
  if (token !== undefined) {
    const [blacklisted] = await db.batch([insertBlacklisted(db, token, ownerId, now), ...endings])
    const isAlive = blacklisted.length > 0
    return { refreshFault: isAlive ? undefined : refused(settings, 'Token is blacklisted').message }
  }
  const [first, ...rest] = endings
  if (first !== undefined) await db.batch([first, ...rest])
  return { refreshFault: verified?.kind === 'refused' ? verified.message : undefined }
}
