/** simplejwt's tokens: claims, lifetimes, types, and the faults that verification may find. */
import { clientOfClaims, type JwtClientSettings } from '../../settings/jwt-clients.ts'
import { lifetimeSeconds, type LoginLifetime } from '../../settings/login-lifetime.ts'
import { hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { parseJson } from '../../parse-json.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { signJws, verifyJws, type JwtKeySettings } from './jws.ts'
import { jwtKeys } from './jwt-keys.ts'

/** The settings that say how tokens are made and judged. */
export type JwtSettings = JwtKeySettings &
  LoginLifetime &
  JwtClientSettings &
  Pick<
    Settings,
    | 'SIMPLE_JWT_ACCESS_TOKEN_LIFETIME'
    | 'SIMPLE_JWT_AUDIENCE'
    | 'SIMPLE_JWT_ISSUER'
    | 'SIMPLE_JWT_JTI_CLAIM'
    | 'SIMPLE_JWT_LEEWAY'
    | 'SIMPLE_JWT_REFRESH_TOKEN_LIFETIME'
    | 'SIMPLE_JWT_TOKEN_TYPE_CLAIM'
    | 'SIMPLE_JWT_USER_ID_CLAIM'
  > &
  PolicyOf<'tokens'>

/** The slice of `Deps` that tokens need. */
export type JwtDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes' | 'jwtClient'>

/** Claims of a verified or new token (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>

/** What a token is for (simplejwt: `token_type`). */
export type TokenType = 'access' | 'refresh'

/** Why a token is refused. */
export type TokenFaultCode =
  | 'jwt_invalid'
  | 'jwt_expired'
  | 'jwt_blacklisted'
  | 'jwt_without_expiry'
  | 'jwt_without_id'
  | 'jwt_without_type'
  | 'jwt_of_wrong_type'
  /** Any of these: with `UNIFORM_JWT_ERRORS` the response says no more. */
  | 'jwt_invalid_or_expired'

/** A refused token, and why. */
export type TokenFault = { readonly kind: 'refused'; readonly code: TokenFaultCode }

/** A token that is genuine, in time and of the right type. */
export type VerifiedToken = { readonly kind: 'verified'; readonly claims: Claims }

/** A pair as a login answers it. */
export type JwtPair = {
  readonly access: string
  readonly refresh: string
  readonly accessExpiresAt: Date
  readonly refreshExpiresAt: Date
  readonly refreshClaims: Claims
}

/** A refusal; with `UNIFORM_JWT_ERRORS` all of them are alike. */
export function refuseToken(settings: JwtSettings, code: TokenFaultCode): TokenFault {
  return {
    kind: 'refused',
    code: settings.policy.tokens.errorsAreUniform ? 'jwt_invalid_or_expired' : code,
  }
}

/**
 * Checks a token as simplejwt does: signature with the one configured algorithm, times, audience,
 * issuer, then its id and type (`Token.__init__`, PyJWT's `decode`). No database.
 */
export async function verifyToken(
  deps: JwtDeps,
  token: string,
  type: TokenType | 'any',
): Promise<VerifiedToken | TokenFault> {
  const { settings } = deps
  const claims = await verifySignature(settings, token)
  if (claims === undefined) return refuseToken(settings, 'jwt_invalid')
  const fault = timeFault(settings, claims, deps.now) ?? registeredClaimFault(settings, claims)
  if (fault !== undefined) return refuseToken(settings, fault)
  if (claims['exp'] === undefined) return refuseToken(settings, 'jwt_without_expiry')
  if (typeof claims[settings.SIMPLE_JWT_JTI_CLAIM] !== 'string') {
    return refuseToken(settings, 'jwt_without_id')
  }
  const typeClaim = settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM
  if (type === 'any' || typeClaim === undefined) return { kind: 'verified', claims }
  const actualType = claims[typeClaim]
  if (actualType === undefined) return refuseToken(settings, 'jwt_without_type')
  if (actualType !== type) return refuseToken(settings, 'jwt_of_wrong_type')
  return { kind: 'verified', claims }
}

/**
 * Claims of a token with our signature, of any type and even if expired: enough to end a login, never to continue it.
 */
export async function genuineClaims(
  settings: JwtSettings,
  token: string,
): Promise<Claims | undefined> {
  const claims = await verifySignature(settings, token)
  if (claims === undefined || registeredClaimFault(settings, claims) !== undefined) return undefined
  return claims
}

async function verifySignature(settings: JwtSettings, token: string): Promise<Claims | undefined> {
  const { verifying } = await jwtKeys(settings)
  const claims = parseJson(await verifyJws(settings.SIMPLE_JWT_ALGORITHM, verifying, token))
  return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
    ? (claims as Claims) // a JSON object: string keys, unknown values
    : undefined
}

function timeFault(settings: JwtSettings, claims: Claims, now: Date): TokenFaultCode | undefined {
  const nowSeconds = now.getTime() / 1000
  const leeway = settings.SIMPLE_JWT_LEEWAY
  for (const name of ['iat', 'nbf']) {
    if (claims[name] === undefined) continue
    const isPast = wholeNumber(claims[name]) <= nowSeconds + leeway
    if (!isPast) return 'jwt_invalid'
  }
  if (claims['exp'] === undefined) return undefined
  const expiresAt = wholeNumber(claims['exp'])
  if (expiresAt <= nowSeconds - leeway) return 'jwt_expired'
  // The reference crashes on digits in a string and on dates after the year 9999.
  const isUsable = typeof claims['exp'] === 'number' && expiresAt <= LAST_SECOND
  return isUsable ? undefined : 'jwt_invalid'
}

/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799

/** Python's `int()` of a claim: numbers are cut, digits in a string count, `true` is 1. NaN where it is none. */
function wholeNumber(claim: unknown): number {
  if (typeof claim === 'boolean') return claim ? 1 : 0
  if (typeof claim === 'number') return Math.trunc(claim)
  if (typeof claim === 'string' && /^\s*[-+]?\d+\s*$/.test(claim)) return Number(claim)
  return Number.NaN
}

function registeredClaimFault(settings: JwtSettings, claims: Claims): TokenFaultCode | undefined {
  const expected = addressOf(settings, claims)
  if (expected === undefined) return 'jwt_invalid'
  if (expected.iss !== undefined && claims['iss'] !== expected.iss) return 'jwt_invalid'
  if (!isAudienceRight(expected.aud, claims['aud'])) return 'jwt_invalid'
  for (const name of ['sub', 'jti']) {
    if (claims[name] !== undefined && typeof claims[name] !== 'string') return 'jwt_invalid'
  }
  return undefined
}

type Address = {
  readonly aud?: string | readonly string[] | undefined
  readonly iss?: string | undefined
}

/** Whose token this is to be, and for whom: as its client has it. `undefined`: its client is not declared any more. */
function addressOf(settings: JwtSettings, claims: Claims): Address | undefined {
  const usual = { aud: settings.SIMPLE_JWT_AUDIENCE, iss: settings.SIMPLE_JWT_ISSUER }
  const client = clientOfClaims(settings, claims)
  if (client === 'unknown') return undefined
  return client === 'none' ? usual : { aud: client.aud ?? usual.aud, iss: client.iss ?? usual.iss }
}

function isAudienceRight(wanted: Address['aud'], claim: unknown): boolean {
  if (wanted === undefined) return true
  const names = typeof claim === 'string' ? [claim] : claim
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return false
  const accepted = typeof wanted === 'string' ? [wanted] : wanted
  return names.some((name) => accepted.includes(name))
}

/** Expiry claim in whole seconds since 1970 (RFC 7519 §4.1.4). */
function expiresAtSeconds(now: Date, seconds: number): number {
  return Math.floor(now.getTime() / 1000) + seconds
}

/** Claims of a new refresh token for a user (simplejwt: `RefreshToken.for_user`). */
export function newRefreshClaims(
  deps: JwtDeps,
  userClaim: string,
  more: Claims = {},
): Record<string, unknown> {
  const { settings } = deps
  return {
    ...typeClaimOf(settings, 'refresh'),
    exp: expiresAtSeconds(deps.now, refreshLifetimeSeconds(settings, {}, deps.now)),
    iat: Math.floor(deps.now.getTime() / 1000),
    ...(settings.LOGIN_LIFETIME_SECONDS > 0
      ? { [AUTH_TIME_CLAIM]: Math.floor(deps.now.getTime() / 1000) }
      : {}),
    [settings.SIMPLE_JWT_JTI_CLAIM]: newJti(deps.randomBytes),
    [settings.SIMPLE_JWT_USER_ID_CLAIM]: userClaim,
    ...more,
  }
}

/** When the login was that a token stems from, in seconds since 1970 (OpenID Connect Core §2). */
const AUTH_TIME_CLAIM = 'auth_time'

/** How long a refresh token lives that is issued now for the login of these claims. */
export function refreshLifetimeSeconds(settings: JwtSettings, claims: Claims, now: Date): number {
  const loggedInAt = claims[AUTH_TIME_CLAIM]
  const nowSeconds = Math.floor(now.getTime() / 1000)
  const age = typeof loggedInAt === 'number' ? nowSeconds - loggedInAt : 0
  return lifetimeSeconds(settings, settings.SIMPLE_JWT_REFRESH_TOKEN_LIFETIME, age)
}

/** The claim that distinguishes access from refresh tokens, if any. */
function typeClaimOf({ SIMPLE_JWT_TOKEN_TYPE_CLAIM: name }: JwtSettings, type: TokenType): Claims {
  return name === undefined ? {} : { [name]: type }
}

/** A token id: 32 hexadecimal digits, as `uuid4().hex`. */
export function newJti(randomBytes: (length: number) => Uint8Array): string {
  return hex(randomBytes(16))
}

/**
 * An access token made from a refresh token's claims: everything but its type, times and id is copied
 * (simplejwt: `RefreshToken.access_token`).
 */
export function accessClaimsOf(deps: JwtDeps, refreshClaims: Claims): Claims {
  const { settings } = deps
  return {
    ...refreshClaims,
    ...typeClaimOf(settings, 'access'),
    exp: expiresAtSeconds(deps.now, settings.SIMPLE_JWT_ACCESS_TOKEN_LIFETIME),
    iat: Math.floor(deps.now.getTime() / 1000),
    [settings.SIMPLE_JWT_JTI_CLAIM]: newJti(deps.randomBytes),
  }
}

/** Signs claims as a compact JWS (RFC 7515 §7.1), audience and issuer added. */
export async function signClaims(settings: JwtSettings, claims: Claims): Promise<string> {
  const { signing } = await jwtKeys(settings)
  const { aud, iss } = addressOf(settings, claims) ?? {}
  const payload = {
    ...claims,
    ...(aud === undefined ? {} : { aud }),
    ...(iss === undefined ? {} : { iss }),
  }
  return signJws(settings.SIMPLE_JWT_ALGORITHM, signing, JSON.stringify(payload))
}
