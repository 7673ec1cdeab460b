/**
 * Logout in one round trip. Where the request's credentials alone say what ends, the statement that ends it also
 * finds its owner and counts the request; authentication as a step of its own would cost another round trip.
 */
import { sha256Hex } from '../../crypto.ts'
import {
  findClaimOwner,
  findSessionOwner,
  findTokenOwner,
} from '../../core/tokens/credentials.sql.ts'
import { endAuthToken, endSession } from '../../core/sign-in/logout.ts'
import { verifyToken } from '../../core/tokens/jwt.ts'
import { isAnonymousSession } from '../../core/tokens/session.ts'
import { ownerOfClaims } from '../../core/tokens/token-owner.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { authenticationClasses, decisiveTokenOf } from '../../web/authentication.ts'
import { readCookies } from '../../web/cookies.ts'
import { csrfFailure } from '../../web/csrf.ts'
import { provenJwtOf } from './proven-jwt.ts'
import { withinRate } from './throttle.ts'

/** A login ended without authentication as a step of its own. */
export type LoginEnd =
  /** Done. */
  | { readonly kind: 'ended' }
  /** The tokens themselves decide: the caller only determines whose rate limit counts the request. */
  | { readonly kind: 'by_tokens'; readonly within: <Result>(work: Work<Result>) => Promise<Result> }

type Work<Result> = (deps: Deps) => Promise<Result>

const SCOPE = 'dj_rest_auth'

/**
 * Ends the login of a request whose credentials alone say which one it is: the database finds their owner in the
 * same batch. `undefined`: nothing was done, and the caller must be authenticated first.
 */
export async function endLogin(deps: Deps, request: Request): Promise<LoginEnd | undefined> {
  if (deps.settings.USE_JWT) return endByJwt(deps, request)
  if (deps.settings.TOKEN_PER_DEVICE) return undefined
  return (await endByToken(deps, request)) ?? endBySession(deps, request)
}

/** An auth token, and the session beside it. An invalid token is rejected in the usual order. */
async function endByToken(deps: Deps, request: Request): Promise<LoginEnd | undefined> {
  const key = decisiveTokenOf(deps.settings, request)
  if (key === undefined) return undefined
  const keyHash = await sha256Hex(key)
  const sessionKey = sessionKeyOf(deps.settings, request)
  const sessionHash = sessionKey === undefined ? undefined : await sha256Hex(sessionKey)
  const caller = { kind: 'accounts', accounts: findTokenOwner(keyHash) } as const
  const isEnded = await withinRate(deps, { caller, scope: SCOPE }, (counting) =>
    endAuthToken(counting, keyHash, sessionHash),
  )
  return isEnded ? { kind: 'ended' } : undefined
}

/**
 * A session, whose write needs CSRF proof. Where sessions survive a password change, the caller must be
 * authenticated first.
 */
async function endBySession(deps: Deps, request: Request): Promise<LoginEnd | undefined> {
  const { settings, now } = deps
  const key = sessionKeyOf(settings, request)
  const hasAuthorization = request.headers.has('Authorization')
  if (key === undefined || hasAuthorization || !settings.policy.passwords.changeEndsLogins)
    return undefined
  if (!authenticationClasses(settings).includes('session')) return undefined
  if (await isAnonymousSession(settings, key)) return undefined
  // A form carries its CSRF token in the body, which only the usual order reads.
  if ((await csrfFailure(settings, request, noFormToken)) !== undefined) return undefined
  const keyHash = await sha256Hex(key)
  const caller = { kind: 'accounts', accounts: findSessionOwner(keyHash, now) } as const
  const isEnded = await withinRate(deps, { caller, scope: SCOPE }, (counting) =>
    endSession(counting, keyHash),
  )
  return isEnded ? { kind: 'ended' } : undefined
}

/** A JWT whose signature and claims are valid, where an invalid one would be ignored anyway. */
async function endByJwt(deps: Deps, request: Request): Promise<LoginEnd | undefined> {
  const { settings } = deps
  const [first, ...others] = authenticationClasses(settings)
  const isAlone = first === 'jwt' && others.length === 0
  const isPublic = settings.policy.endpoints.ignoreBadCredentials
  if (!isAlone || !isPublic || settings.policy.logout.endsApiTokens) return undefined
  const token = await provenJwtOf(settings, request)
  const verified = token === undefined ? undefined : await verifyToken(deps, token, 'access')
  if (verified?.kind !== 'verified') return undefined
  const owner = ownerOfClaims(settings, verified.claims)
  // Impersonation is audited, which only the usual order does.
  if (owner?.field !== 'id' || verified.claims['act'] !== undefined) return undefined
  const caller = { kind: 'accounts', accounts: findClaimOwner(owner.value) } as const
  return { kind: 'by_tokens', within: (work) => withinRate(deps, { caller, scope: SCOPE }, work) }
}

function sessionKeyOf(
  settings: Pick<Settings, 'SESSION_COOKIE_NAME' | 'SESSION_LOGIN'>,
  request: Request,
): string | undefined {
  return settings.SESSION_LOGIN ? readCookies(request)[settings.SESSION_COOKIE_NAME] : undefined
}

function noFormToken(): Promise<string> {
  return Promise.resolve('')
}
