/**
 * The pipeline that every endpoint runs through: DRF's `APIView.dispatch`, in the same order, because the order
 * decides which error a client sees first and what an attacker can learn.
 */
import { message } from '../../i18n/message.ts'
import type { OwnInput } from '../../core/users/read-own-fields.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Deps } from '../../deps.ts'
import { authenticate, challenge, type Caller } from '../../web/authentication.ts'
import { bodyReader, requireRecord, type Body, type ReadBody } from '../../web/body.ts'
import { readCookies } from '../../web/cookies.ts'
import { cookieTrust, withoutCookies } from '../../web/cookie-trust.ts'
import { csrfRefusal, isSafeMethod } from '../../web/csrf.ts'
import {
  ApiError,
  fieldErrors,
  forbidden,
  methodNotAllowed,
  unauthenticated,
  type FieldErrors,
} from '../../web/errors.ts'
import { jsonText } from '../../web/json-text.ts'
import { MiddlewareCookies } from '../../web/middleware-cookies.ts'
import { negotiate } from '../../web/negotiation.ts'
import { isGuarded, requireHuman } from '../../web/turnstile.ts'
import type { Context, MethodDefinition, Reply, Route } from './define-route.ts'
import { readFields, type FieldValues } from './fields.ts'
import { allowOf, methodOf } from './methods.ts'
import { describeRoute } from './options.ts'
import { requireRecent } from './recent-proof.ts'
import { withinRate } from './throttle.ts'
import { ROUTE_SCOPE } from './throttle-scopes.ts'
import { loadOwnFieldBodies } from './chunks.ts'

/** A request and the parameters of its path. */
export type RouteRequest = {
  readonly deps: Deps
  readonly request: Request
  /** Parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>
  /** Its body, where that is read already. */
  readonly readBody?: (() => Promise<ReadBody>) | undefined
}

/**
 * Serves one request in DRF's order: negotiate, authenticate, permit, throttle, then method, body, fields, handler.
 * A caller without rights never learns about fields. The throttle's count travels with the first round trip of what
 * follows, and its refusal takes precedence over that answer.
 */
export async function serveRoute(route: Route, incoming: RouteRequest): Promise<Response> {
  const { deps, request } = incoming
  const allow = allowOf(route, deps.settings)
  const middlewareCookies = new MiddlewareCookies(deps, request)
  const trust = cookieTrust(deps.settings, request, route.cookieUse)
  const cookiesOf = (cookies: readonly string[] = []): readonly string[] =>
    trust.kind === 'all' ? middlewareCookies.with(cookies) : []
  const served = trust.kind === 'none' ? withoutCookies(request) : request
  try {
    if (trust.kind === 'refused') throw csrfRefusal(deps.settings, request, trust.reason)
    const reply = await answer({ ...incoming, request: served, route, allow, middlewareCookies })
    return await respond(incoming, { ...reply, cookies: cookiesOf(reply.cookies) }, allow)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // The log is written by the app; the route only adds what every answer of a route carries.
    throw new ApiError(error.kind, {
      status: error.status,
      body: error.body,
      headers: { Allow: allow, Vary: 'Cookie', ...error.headers },
      cookies: cookiesOf(error.cookies),
      cause: error.cause,
      hint: error.hint,
    })
  }
}

/** The same, with the cookies read and the body readable. */
type Incoming = RouteRequest & {
  readonly route: Route
  readonly allow: string
  readonly middlewareCookies: MiddlewareCookies
}

async function answer(incoming: Incoming): Promise<Reply> {
  const { route, deps, request } = incoming
  const { settings } = deps
  negotiate(request)
  const method = methodOf(route, request, settings)
  const early = await method?.shortcut?.(deps, request)
  if (early !== undefined) return early
  const body = incoming.readBody ?? bodyReader(request, settings.BODY_MAX_BYTES)
  if (method !== undefined && route.access(settings) === 'anyone') {
    await requireHumanFor(method, incoming, body)
  }
  const caller = await findCaller(incoming, body)
  if (caller.kind === 'anonymous' && caller.hasDeadSession) incoming.middlewareCookies.endSession()
  requirePermission(incoming, caller)
  const acting = requireOwner(incoming, caller)
  const serve = (served: Deps): Promise<Reply> =>
    serveMethod({ ...incoming, deps: served }, caller, body)
  const scope = route.isThrottled(settings) ? ROUTE_SCOPE : undefined
  return withinRate(acting, { caller, scope }, serve)
}

/**
 * Staff that impersonates someone may look and log out; reads are audited as staff's. Whatever changes the
 * account, or shows a factor, is for its owner alone: otherwise a support desk could make itself permanent access
 * (confused deputy).
 *
 * @throws ApiError 403 with `code: impersonated`
 */
function requireOwner({ route, deps, request }: Incoming, caller: Caller): Deps {
  if (caller.kind === 'anonymous' || caller.actorId === undefined) return deps
  const method = methodOf(route, request, deps.settings)
  const isOwners =
    route.isForOwnerAlone === true || route.readsProof === true || method?.recentProof !== undefined
  // A logout, and no other route that ends cookies: leaving does, too, and is the owner's.
  if (!isOwners && (isSafeMethod(request.method) || route.cookieUse === 'logs_out')) {
    return { ...deps, actor: { kind: 'impersonator', id: caller.actorId } }
  }
  const detail = message('impersonated')
  throw new ApiError('forbidden', { status: 403, body: { detail, code: 'impersonated' } })
}

/** @throws ApiError 401 for anonymous callers where they may not call, 403 for authenticated ones who may not */
function requirePermission({ route, deps, request }: Incoming, caller: Caller): void {
  const { settings } = deps
  if (route.access(settings, request.method) === 'anyone') return
  if (caller.kind === 'anonymous') {
    throw unauthenticated({ detail: message('not_authenticated') }, challenge(settings))
  }
  if (route.permits?.(settings, caller) === false) throw forbidden(message('permission_denied'))
}

/** Runs one method: shortcut, checks before the body, fields, handler. */
async function serveMethod(
  incoming: Incoming,
  found: Caller,
  body: () => Promise<ReadBody>,
): Promise<Reply> {
  const { route, deps, request, allow } = incoming
  const { settings } = deps
  if (request.method === 'OPTIONS') {
    return { body: await describe(incoming, found, body), headers: { Allow: allow } }
  }
  const method = methodOf(route, request, settings)
  if (method === undefined) throw methodNotAllowed(request.method)
  const caller =
    method.recentProof?.(settings) === true
      ? await requireRecent(deps, found, () => findCaller(incoming, body))
      : found
  const context = contextOf(incoming, caller, body)
  method.before?.(context)
  if (route.access(settings) !== 'anyone') await requireHumanFor(method, incoming, body)
  if (method.input === undefined) return method.handle(context, {})
  const { values, own } = await readInput(method, context)
  return method.handle({ ...context, own }, values)
}

function contextOf(
  { deps, request, params }: Incoming,
  caller: Caller,
  body: Context['readBody'],
): Context {
  const cookies = readCookies(request)
  return { deps, request, caller, params, cookies, own: {}, readBody: body }
}

/** The answer to `OPTIONS`; the code for custom fields is loaded only where there are any. */
async function describe(
  incoming: Incoming,
  caller: Caller,
  body: Context['readBody'],
): Promise<Reply['body']> {
  const { route, deps, request } = incoming
  const { settings } = deps
  const isOpen = caller.kind === 'user' || route.access(settings) === 'anyone'
  const mayCall = isOpen && ownsDescribed(incoming, contextOf(incoming, caller, body))
  const named = await route.named?.(settings, new URL(request.url).pathname)
  const described = { ...route, ...named }
  if (settings.USER_FIELDS.length === 0) return describeRoute(described, settings, { mayCall })
  const { describeOwnFields } = await loadOwnFieldBodies()
  const own = describeOwnFields(settings.USER_FIELDS)
  return describeRoute(described, settings, { mayCall, own })
}

/** Whether the object that the path names is the caller's, where its fields are shown to its owner alone. */
function ownsDescribed({ route }: Incoming, context: Context): boolean {
  const method = route.methods.PUT
  if (method?.isDescribedByOwner !== true) return true
  try {
    method.before?.(context)
    return true
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

/**
 * Verifies Turnstile's token before any query. A token can be used once, so faults that fields have by themselves
 * are reported first, and only those: whether a name is taken must not be learnt without a token (user
 * enumeration).
 */
async function requireHumanFor(
  method: MethodDefinition,
  { deps, request }: Incoming,
  body: () => Promise<ReadBody>,
): Promise<void> {
  const { turnstile, input } = method
  if (turnstile === undefined || !isGuarded(deps.settings, turnstile)) return
  const record = requireRecord(await body())
  const { errors } = readFields(input?.(deps.settings, record) ?? {}, record, 'whole')
  const own = await readOwn(method, deps.settings, { body: record, mode: 'whole' })
  const found = { ...errors, ...own.errors }
  if (Object.keys(found).length > 0) throw fieldErrors(found)
  await requireHuman({ deps, request }, body, turnstile)
}

async function findCaller(
  { route, deps, request }: Incoming,
  body: () => Promise<ReadBody>,
): Promise<Caller> {
  if (route.authentication === 'none') return { kind: 'anonymous', hasDeadSession: false }
  const ignoresBad =
    route.access(deps.settings) === 'anyone' && deps.settings.policy.endpoints.ignoreBadCredentials
  const unprovenJwtCookie = ignoresBad && route.cookieUse !== 'logs_out' ? 'ignored' : 'refused'
  try {
    const formToken = () => formTokenOf(body)
    const { callerColumn } = route
    const column = typeof callerColumn === 'function' ? callerColumn(deps.settings) : callerColumn
    const method = methodOf(route, request, deps.settings)
    const readsProof = route.readsProof ?? method?.recentProof?.(deps.settings) ?? false
    const how = { unprovenJwtCookie, column, readsProof } as const
    return await authenticate(deps, { request, formToken, ...how })
  } catch (error) {
    if (ignoresBad && error instanceof ApiError && error.kind === 'unauthenticated') {
      return { kind: 'anonymous', hasDeadSession: false }
    }
    throw error
  }
}

/** The CSRF token that Django's forms carry in the body. */
async function formTokenOf(body: () => Promise<ReadBody>): Promise<string> {
  try {
    const read = await body()
    const token = read.isForm ? read.values['csrfmiddlewaretoken'] : undefined
    return typeof token === 'string' ? token : ''
  } catch (error) {
    if (error instanceof ApiError) return ''
    throw error
  }
}

/** Reads custom fields of the body, where the method takes them and any are declared. */
async function readOwn(
  { takesOwnFields = false, takesGivenFields }: MethodDefinition,
  settings: Settings,
  { body, mode }: { readonly body: Body; readonly mode: 'whole' | 'partial' },
): Promise<{ readonly input: OwnInput; readonly errors: FieldErrors }> {
  const { USER_FIELDS } = settings
  if (USER_FIELDS.length === 0) return NOTHING
  const takesGiven = takesGivenFields?.(settings) ?? false
  if (!takesOwnFields && !takesGiven) return NOTHING
  const { readOwnBody } = await loadOwnFieldBodies()
  return readOwnBody(USER_FIELDS, body, takesGiven ? 'partial' : mode)
}

const NOTHING = { input: {}, errors: {} } as const

type ReadInput = { readonly values: FieldValues; readonly own: OwnInput }

/**
 * Reads and checks the fields.
 *
 * @throws ApiError 400 with all messages at once
 */
async function readInput(method: MethodDefinition, context: Context): Promise<ReadInput> {
  const body: Body = requireRecord(await context.readBody())
  const fields = method.input?.(context.deps.settings, body) ?? {}
  const mode = context.request.method === 'PATCH' ? 'partial' : 'whole'
  const { values, errors } = readFields(fields, body, mode)
  const own = await readOwn(method, context.deps.settings, { body, mode })
  const found = { ...errors, ...own.errors }
  if (Object.keys(found).length === 0) return { values, own: own.input }
  const more = await method.moreErrors?.(context, values)
  throw fieldErrors({ ...found, ...more })
}

/** Writes a reply: JSON in the caller's language, cookies, `Allow`, `Vary`. */
async function respond(
  { deps, request }: RouteRequest,
  reply: Reply,
  allow: string,
): Promise<Response> {
  const hasBody = reply.body !== undefined
  const text = hasBody ? await jsonText(deps.settings, request, reply.body) : null
  const headers = {
    Allow: allow,
    Vary: 'Cookie',
    ...reply.headers,
    ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
  }
  const response = new Response(text, { status: reply.status ?? (hasBody ? 200 : 204), headers })
  for (const cookie of reply.cookies ?? []) response.headers.append('Set-Cookie', cookie)
  return response
}
