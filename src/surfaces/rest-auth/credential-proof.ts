/**
 * A shortcut of writing routes: the proof of the caller as SQL conditions, so that the write itself finds and
 * checks the caller. One round trip in place of two (find the caller, then write), at the same strictness.
 */
import { sha256Hex } from '../../crypto.ts'
import { familyOf, provedOf, TOKEN_VERSION_CLAIM } from '../../core/tokens/authentication.ts'
import { verifyToken } from '../../core/tokens/jwt.ts'
import {
  proofOfJwt,
  proofOfToken,
  type CredentialProof,
  type Proof,
} from '../../core/tokens/proof.sql.ts'
import { recentlyProved } from '../../core/tokens/recent-proof.ts'
import { ownerOfClaims } from '../../core/tokens/token-owner.ts'
import { claimCondition } from '../../core/users/users.sql.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import {
  authenticationClasses,
  decisiveTokenOf,
  type AuthenticationSettings,
} from '../../web/authentication.ts'
import { provenJwtOf } from './proven-jwt.ts'
import { generalScopes } from './throttle-scopes.ts'

/**
 * The caller's proof as conditions of a statement, read from the request's credentials alone, for a change of what
 * is the caller's own. `undefined`: the caller must be authenticated first, as usual. Where the statement then
 * finds no row, the route runs in the usual order, which says whether it was the credentials, the permission or the
 * target. `isRecent`: the caller must have proved their presence recently, too.
 */
export async function proofOfRequest(
  deps: Deps,
  request: Request,
  isRecent: boolean,
): Promise<Proof | undefined> {
  const { settings } = deps
  // A refused try would count twice.
  if (settings.DEFAULT_THROTTLE_RATES['dj_rest_auth'] !== undefined) return undefined
  if (generalScopes(settings).length > 0) return undefined
  const proof = (await byToken(settings, request)) ?? (await byJwt(deps, request))
  return proof !== undefined && isRecent ? recentlyProved(deps, proof) : proof?.proof
}

/** An auth token of DRF: the statement looks it up by its hash. */
async function byToken(
  settings: AuthenticationSettings & Pick<Settings, 'TOKEN_PER_DEVICE'>,
  request: Request,
): Promise<CredentialProof | undefined> {
  const key = decisiveTokenOf(settings, request)
  if (key === undefined || settings.TOKEN_PER_DEVICE) return undefined
  return proofOfToken(await sha256Hex(key))
}

/** A JWT of which everything is known but whether the database has ended it. */
async function byJwt(deps: Deps, request: Request): Promise<CredentialProof | undefined> {
  const { settings } = deps
  if (authenticationClasses(settings)[0] !== 'jwt' || settings.SIMPLE_JWT_CHECK_REVOKE_TOKEN) {
    return undefined
  }
  const token = await provenJwtOf(settings, request)
  const verified = token === undefined ? undefined : await verifyToken(deps, token, 'access')
  if (verified?.kind !== 'verified') return undefined
  const { claims } = verified
  const owner = ownerOfClaims(settings, claims)
  const version = claims[TOKEN_VERSION_CLAIM]
  // Who acts as someone else changes nothing.
  if (owner === undefined || typeof version !== 'number' || claims['act'] !== undefined) {
    return undefined
  }
  const credential = { kind: 'jwt', family: familyOf(claims), ...provedOf(claims) } as const
  return proofOfJwt(credential, claimCondition(owner), version === 0 ? null : new Date(version))
}
