/**
 * Authentication of the operator's API, stricter than that of users: a machine's key, or staff whose login is
 * recent and had a second factor where any exists.
 */
import { sql } from 'drizzle-orm'
import { ADMIN_KEY_PREFIX, findKey, noteUse } from '../../core/operator/admin-keys.ts'
import { keyCaller, staffCaller, type AdminCaller } from '../../core/operator/caller.ts'
import { parseSeen, seenJson, type Seen } from '../../core/operator/seen.sql.ts'
import { provedAtOf, reauthenticationFlows } from '../../core/tokens/recent-proof.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import {
  authenticate,
  challenge,
  type UserCaller,
  type AuthenticationSettings,
} from '../../web/authentication.ts'
import { headerName, isSafeMethod } from '../../web/csrf.ts'
import { AdminError } from './error.ts'

/** Who is calling, and the account that the path names, read together. */
export type Admitted = { readonly caller: AdminCaller; readonly seen: Seen }

/**
 * Identifies the caller: a machine by its key, or a member of staff who signed in recently, with a second factor
 * where they have one. One round trip, which also reads the account that the path names.
 *
 * @throws AdminError 401, 403
 */
export async function authenticateAdmin(
  deps: Deps,
  request: Request,
  targetId: number | undefined,
): Promise<Admitted> {
  const key = keyOf(request)
  if (key !== undefined) return admitKey(deps, key, targetId)
  const caller = await authenticate(deps, {
    request,
    formToken: () => Promise.resolve(''),
    unprovenJwtCookie: 'refused',
    column: seenJson(targetId, sql`"users"."id"`),
    readsProof: true,
  })
  if (caller.kind === 'anonymous') throw new AdminError(401, 'unauthenticated')
  if (isByCookie(deps.settings, request, caller)) requireOwnPage(deps.settings, request)
  return admitStaff(deps, caller)
}

/** The `WWW-Authenticate` header of a 401: how staff signs in. */
export function adminChallenge(settings: AuthenticationSettings): Readonly<Record<string, string>> {
  const scheme = challenge(settings)
  return { 'WWW-Authenticate': scheme ?? 'Bearer realm="admin"' }
}

/** The machine key in the request, recognised by its prefix. */
function keyOf(request: Request): string | undefined {
  const header = request.headers.get('authorization') ?? ''
  const [, key = ''] = /^Bearer +(\S+)$/i.exec(header) ?? []
  return key.startsWith(ADMIN_KEY_PREFIX) ? key : undefined
}

/** Looks a machine key up by its hash. */
async function admitKey(deps: Deps, key: string, targetId: number | undefined): Promise<Admitted> {
  const found = await findKey(deps, key, seenJson(targetId, sql`null`))
  if (found === undefined) throw new AdminError(401, 'unauthenticated')
  if (!found.isUseNoted) deps.deferWrites([noteUse(deps.db, found.id, deps.now)])
  return { caller: keyCaller(found.id, found.scopes), seen: parseSeen(found.column) }
}

/** Checks staff, in an order that reveals nothing to others: who is no staff learns only that. */
function admitStaff(deps: Deps, caller: UserCaller): Admitted {
  const { settings, now } = deps
  const seen = parseSeen(caller.column ?? '')
  const { actorId, proofState, user } = caller
  if (actorId !== undefined) throw new AdminError(403, 'impersonated')
  const isStaff = user.isActive && (seen.isStaff || seen.isSuperuser)
  if (!isStaff) throw new AdminError(403, 'forbidden')
  const provedAt = provedAtOf(caller)?.getTime() ?? 0
  if (provedAt <= now.getTime() - settings.ADMIN_REAUTHENTICATION_TIMEOUT * 1000) {
    const flows = reauthenticationFlows(deps, caller)
    throw new AdminError(403, 'reauthentication_required', { flows })
  }
  const hasFactors = settings.MFA_ENABLED || settings.PASSKEYS_ENABLED
  const needsFactor = settings.ADMIN_NEEDS_SECOND_FACTOR && hasFactors
  const hasFactor = proofState?.hasApp === true || proofState?.hasPasskey === true
  if (needsFactor && !hasFactor) throw new AdminError(403, 'second_factor_required')
  return { caller: staffCaller(deps, caller, seen), seen }
}

/**
 * Whether a cookie authenticated the request. Other headers prove no intent, either: a browser sends
 * `Authorization` by itself, too (`https://user:password@host/`, Negotiate), so only schemes that scripts must set
 * are exempt from the origin check.
 */
function isByCookie(
  settings: Pick<Settings, 'SIMPLE_JWT_AUTH_HEADER_NAME'>,
  request: Request,
  { credential }: UserCaller,
): boolean {
  if (credential.kind === 'session') return true
  const isInHeader = request.headers.has(headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME))
  return credential.kind === 'jwt' && !isInHeader
}

/**
 * Cookies count from our own pages only (CSRF): an origin that is trusted with users' logins is not thereby trusted
 * to act on accounts.
 *
 * @throws AdminError 403
 */
function requireOwnPage({ PUBLIC_URL }: Pick<Settings, 'PUBLIC_URL'>, request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none'
  const origin = request.headers.get('origin')
  const own = [
    new URL(request.url).origin,
    ...(PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).origin]),
  ]
  const isOwn = origin === null ? isSafeMethod(request.method) : own.includes(origin)
  if (isForeign || !isOwn) throw new AdminError(403, 'csrf_failed')
}
