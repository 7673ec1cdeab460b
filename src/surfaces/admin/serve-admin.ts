/** The pipeline of the operator's API: authenticate, scope, rate, target, input, handler, audit. */
import { withRateGuard, type CountingDatabase } from '../../core/limits/counting.sql.ts'
import { countOf } from '../../core/limits/rate-limits.ts'
import {
  actAsRefusal,
  actRefusal,
  stillPermitted,
  type AdminCaller,
} from '../../core/operator/caller.ts'
import type { Target } from '../../core/operator/target.sql.ts'
import { ConditionFailed, databaseIf } from '../../db/condition.ts'
import type { Deps } from '../../deps.ts'
import { parseScopeRate } from '../../settings/rates.ts'
import { mediaTypeCovers, readBody } from '../../web/body.ts'
import { throttled } from '../../web/errors.ts'
import { plainJson } from '../../web/json.ts'
import { jsonText } from '../../web/json-text.ts'
import { adminChallenge, authenticateAdmin } from './authenticate-admin.ts'
import type { AdminReply, AdminRoute, TargetUse } from './define-admin-route.ts'
import { AdminError, errorAnswer, type ErrorAnswer } from './error.ts'
import { readBodyFields, readQueryFields } from './input.ts'
import { adminRoutes } from './routes.ts'

/** Serves everything under `admin/api/`. */
export async function serveAdminApi(deps: Deps, request: Request): Promise<Response> {
  try {
    return await respond(deps, request, await answer(deps, request))
  } catch (error) {
    const known = errorAnswer(error instanceof ConditionFailed ? CONFLICT : error)
    if (known === undefined) throw error
    const challenge = known.status === 401 ? adminChallenge(deps.settings) : {}
    return respond(deps, request, { ...known, headers: { ...known.headers, ...challenge } })
  }
}

/** 409: what the request was checked against has changed meanwhile. */
const CONFLICT = new AdminError(409, 'conflict')

/**
 * In this order: who is calling, with which scope, how often, on what. A caller without the scope learns nothing of
 * fields or of which accounts exist.
 */
async function answer(deps: Deps, request: Request): Promise<AdminReply> {
  const { route, id } = findRoute(deps, request)
  const targetId = route.target === 'none' ? undefined : id
  const { caller, seen } = await authenticateAdmin(deps, request, targetId)
  requireScope(caller, route)
  const target = requireTarget(caller, route.target, seen.target)
  const values = await readInput(deps, request, route)
  return withinRate(deps, caller, (db) => {
    const served = {
      ...deps,
      // Every write repeats these conditions, so rights that were withdrawn meanwhile change nothing (TOCTOU).
      db: route.method === 'GET' ? db : databaseIf(db, stillPermitted(caller, target)),
      actor: caller.actor,
    }
    // `requireTarget` found one where the route requires one; `values` were read as the route's own fields.
    const context = { deps: served, caller, request, id: id ?? 0, target: target as Target }
    return route.handle(context, values)
  })
}

/** The route of a request, with the id in its path. */
type Found = { readonly route: AdminRoute; readonly id: number | undefined }

/**
 * The route of a request.
 *
 * @throws AdminError 404, 405
 */
function findRoute({ settings }: Deps, request: Request): Found {
  const { pathname } = new URL(request.url)
  const given = pathname.slice(`${settings.URL_PREFIX}admin/api/`.length)
  // With and without the slash at the end, as every endpoint.
  const path = given.endsWith('/') ? given : `${given}/`
  const [, id] = /^[a-z]+\/([1-9]\d{0,14})\//.exec(path) ?? []
  const pattern = id === undefined ? path : path.replace(id, ':id')
  const here = adminRoutes.filter((route) => route.path === pattern)
  if (here.length === 0) throw new AdminError(404, 'not_found')
  const route = here.find(({ method }) => method === request.method)
  if (route === undefined) throw new AdminError(405, 'method_not_allowed')
  return { route, id: id === undefined ? undefined : Number(id) }
}

/** @throws AdminError 403 for callers whose key or rights do not include the route's scope */
function requireScope(caller: AdminCaller, { scope }: AdminRoute): void {
  const isAllowed =
    scope === 'any' || (scope === 'superuser' ? caller.isSuperuser : caller.scopes.includes(scope))
  if (!isAllowed) throw new AdminError(403, 'forbidden', { scope })
}

/**
 * The account in the path, if the caller may do this to it.
 *
 * @throws AdminError 403, 404
 */
function requireTarget(
  caller: AdminCaller,
  use: TargetUse,
  target: Target | undefined,
): Target | undefined {
  if (use === 'none') return undefined
  if (target === undefined) throw new AdminError(404, 'not_found')
  if (use === 'looked_at') return target
  const refusal = use === 'acted_as' ? actAsRefusal(caller, target) : actRefusal(caller, target)
  if (refusal !== undefined) throw new AdminError(403, refusal)
  return target
}

/**
 * Reads the route's fields.
 *
 * @throws AdminError 400, 415
 */
async function readInput(deps: Deps, request: Request, route: AdminRoute): Promise<never> {
  const isInQuery = route.method === 'GET' || route.method === 'DELETE'
  if (isInQuery) {
    return readQueryFields(route.input, new URL(request.url).searchParams) as never
  }
  const type = request.headers.get('content-type')
  // `application/json` is required: a foreign page cannot send it without a CORS preflight (CSRF).
  if (type !== null && !mediaTypeCovers(type, 'application/json')) {
    throw new AdminError(415, 'unsupported_media_type')
  }
  const body = await readBody(request, deps.settings.BODY_MAX_BYTES)
  const given = 'values' in body ? body.values : body.notARecord
  return readBodyFields(route.input, plainJson(given)) as never
}

/** Counts the call with the first round trip of its work. @throws ApiError 429 */
async function withinRate(
  deps: Deps,
  { actor }: AdminCaller,
  work: (db: Deps['db']) => Promise<AdminReply>,
): Promise<AdminReply> {
  const rate = parseScopeRate(deps.settings.ADMIN_RATE)
  if (rate === undefined) throw new Error('a rate that check.ts lets through')
  const key = `admin:${actor.kind}:${actor.id}`
  const keyed = { key, limit: rate.limit, windowMs: rate.windowSeconds * 1000 }
  const count = countOf(deps, 'admin', [keyed])
  const counting = withRateGuard(deps.db, count)
  let reply: AdminReply
  try {
    reply = await work(counting.db)
  } catch (error) {
    await requireRoom(counting)
    throw error
  }
  await requireRoom(counting)
  return reply
}

/** The rejection replaces the result of the work. */
async function requireRoom(counting: CountingDatabase): Promise<void> {
  const waitSeconds = counting.isDecided() ? await counting.waitSeconds() : undefined
  if (waitSeconds !== undefined) throw throttled(waitSeconds)
}

/** Writes a reply as JSON. */
async function respond(
  { settings }: Deps,
  request: Request,
  { status, body, headers }: AdminReply & Partial<Pick<ErrorAnswer, 'headers'>>,
): Promise<Response> {
  if (body === undefined) return new Response(null, { status: status ?? 204 })
  return new Response(await jsonText(settings, request, body), {
    status: status ?? 200,
    headers: { ...headers, 'Content-Type': 'application/json' },
  })
}
