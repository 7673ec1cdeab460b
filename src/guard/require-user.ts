/** The guard itself: verifies the credential of a request and returns the user, or says why not. */
import { callService, TIMEOUT_MS } from './call-service.ts'
import { audienceFault, jwtFault } from './claims.ts'
import { credentialOf } from './credentials.ts'
import { introspect } from './introspection.ts'
import { importSecret, isSignedBy, looksLikeJwt, parseJws, type Jws } from './jws.ts'
import { listOf, nowMs, type Claims, type GuardUser } from './values.ts'
import type { GuardOptions, GuardRequest } from './options.ts'
import { invalidToken, unauthenticated } from './refusal.ts'
import { requireAllowed, rolesOf, scopesOf } from './requirements.ts'
import { knownService } from './known-service.ts'

/**
 * Who is calling. No round trip for a JWT once the public keys are known, at most one for an opaque key.
 *
 * @throws GuardError 401 without good credentials, 403 for a user who may not or a write of a foreign page,
 *   503 where the service is needed and cannot be asked
 */
export async function requireUser<Own extends object = object>(
  request: GuardRequest,
  options: GuardOptions,
): Promise<GuardUser<Own>> {
  const user = await findUser<Own>(request, options)
  if (user === undefined) throw unauthenticated()
  return user
}

/**
 * Who is calling, `undefined` for a request without credentials; wrong ones are refused here, too.
 *
 * @throws GuardError as `requireUser`
 */
export async function findUser<Own extends object = object>(
  request: GuardRequest,
  options: GuardOptions,
): Promise<GuardUser<Own> | undefined> {
  const credential = credentialOf(options, request)
  if (credential === undefined) return undefined
  const claims = await resolveClaims(options, credential)
  const id = claims[options.userIdClaim ?? 'user_id'] ?? claims['sub']
  if (typeof id !== 'string' && typeof id !== 'number') throw invalidToken('no user')
  const user = { id: String(id), claims, roles: rolesOf(claims), scopes: scopesOf(claims) }
  requireAllowed(options, user)
  // The service has signed them, or answered for them; what they are called and hold is what it declares.
  return user as GuardUser<Own>
}

async function resolveClaims(options: GuardOptions, credential: string): Promise<Claims> {
  const verified = looksLikeJwt(credential) ? await verifiedClaims(options, credential) : undefined
  if (verified !== undefined && options.introspect !== 'always') return verified
  const answered = await introspectedClaims(options, credential)
  return { ...verified, ...answered }
}

/** Claims of a JWT, `undefined` where only the service can tell: it signs with a secret that is not ours. */
async function verifiedClaims(options: GuardOptions, token: string): Promise<Claims | undefined> {
  const jws = parseJws(token)
  const { algorithms = options.secret === undefined ? undefined : ['HS256'] } = options
  if (jws === undefined || algorithms?.includes(jws.algorithm) === false) {
    throw invalidToken('not a token of this service')
  }
  const keys = await verificationKeys(options, jws)
  if (keys === undefined) return undefined
  for (const key of keys) {
    if (!(await isSignedBy(jws, key))) continue
    const fault = jwtFault(options, jws.claims)
    if (fault === undefined) return jws.claims
    throw invalidToken(fault)
  }
  throw invalidToken('wrong signature')
}

async function verificationKeys(
  options: GuardOptions,
  jws: Jws,
): Promise<readonly CryptoKey[] | undefined> {
  const { auth, secret, timeoutMs = TIMEOUT_MS } = options
  if (secret !== undefined) {
    const keys = await Promise.all(listOf(secret).map((one) => importSecret(jws.algorithm, one)))
    return keys.filter((key) => key !== undefined)
  }
  if (auth === undefined) throw new TypeError('The guard needs auth or secret.')
  const { keys } = knownService(auth)
  const load = (): PromiseLike<unknown> =>
    typeof auth === 'string' ? callService(options, '.well-known/jwks.json') : auth.jwks()
  return keys.find(jws, { load, timeoutMs, nowMs: nowMs(options) })
}

async function introspectedClaims(options: GuardOptions, credential: string): Promise<Claims> {
  const { auth, client } = options
  // Where the service cannot be asked, a key means nothing.
  const isAskable = auth !== undefined && (typeof auth === 'object' || client !== undefined)
  if (credential === '' || !isAskable) throw invalidToken('not a token of this service')
  const answered = await introspect(options, knownService(auth).answers, credential)
  if (answered === undefined) throw invalidToken('unknown, expired or revoked')
  // Opaque keys have no audience; a JWT that only the service can read may be for others.
  const fault = looksLikeJwt(credential) ? audienceFault(options, answered['aud']) : undefined
  if (fault !== undefined) throw invalidToken(fault)
  return answered
}
