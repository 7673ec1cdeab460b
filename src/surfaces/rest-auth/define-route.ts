import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { authenticate, challenge, type Caller } from '../../web/authentication.ts'
import {
  mediaTypeCovers,
  readBody,
  requireRecord,
  type Body,
  type ReadBody,
} from '../../web/body.ts'
import { readCookies } from '../../web/cookies.ts'
import { loginOriginFailure } from '../../web/csrf.ts'
import { allowOf, methodOf, type Method } from './methods.ts'
import { MendedCookies } from '../../web/middleware-cookies.ts'
import {
  ApiError,
  fieldErrors,
  forbidden,
  methodNotAllowed,
  notFound,
  unauthenticated,
  type FieldErrors,
} from '../../web/errors.ts'
import { readFields, type Fields, type FieldValues } from './fields.ts'
import { describeRoute } from './options.ts'
import { withinRate } from './throttle.ts'
import { requireHuman, type TurnstileAction } from '../../web/turnstile.ts'

/** What a handler answers. No body: 204 and other empty answers. */
export type Reply = {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
}

/** What a handler knows of its request. */
export type Context = {
  readonly deps: Deps
  readonly request: Request
  readonly caller: Caller
  /** Parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  /** The body, read once; the first call reads. Throws ApiError 400, 413, 415. */
  readonly readBody: () => Promise<ReadBody>
}

/** An answer for the description of the API. */
export type ResponseDescription = {
  readonly description: string
  /** JSON Schema of the body; absent: no body. */
  readonly schema?: Readonly<Record<string, unknown>>
  /** Such a body, where the schema alone would give a dull one. */
  readonly example?: unknown
}

/** One method of an endpoint. */
export type MethodDefinition = {
  readonly summary: string
  /** Where the setting is off, the method is not allowed. */
  readonly when?: (settings: Settings) => boolean
  /**
   * Fields of the body; absent: the body is not read for the handler. Called with the body where one of
   * two forms is sent (Twitter's pair or a code); without it, for descriptions.
   */
  readonly input?: (settings: Settings, body?: Body) => Fields
  /** `partial`: missing fields are no error (PATCH). */
  readonly mode?: 'whole' | 'partial'
  /** Asked for further messages on good fields when another field was bad, so all come at once. */
  readonly moreErrors?: (context: Context, values: FieldValues) => Promise<FieldErrors>
  /** What Turnstile guards it as, where it is on. */
  readonly turnstile?: TurnstileAction
  readonly responses: (settings: Settings) => Readonly<Record<number, ResponseDescription>>
  readonly handle: (context: Context, values: FieldValues) => Promise<Reply>
  /**
   * Answers before anybody has asked who is calling, where the operation itself decides that; `undefined`
   * where it has done nothing, and then everything goes its usual way.
   */
  readonly handleAhead?: (deps: Deps, request: Request) => Promise<Reply | undefined>
}

/** An endpoint: who may call it, what it takes and gives, and what it does. */
export type Route = {
  /** As upstream's view is named in `OPTIONS`. */
  readonly name: string
  readonly description: string
  /** Where the setting is off, the URL does not exist. */
  readonly when?: (settings: Settings) => boolean
  /** Who may call. */
  readonly access: (settings: Settings) => 'anyone' | 'authenticated'
  /** `none`: credentials are not even looked at (simplejwt's views). */
  readonly authentication: 'default' | 'none'
  /**
   * What the endpoint does with cookies. `logs_in`: it sets those of a login, so a page of another origin may
   * not call it for its visitor. `logs_out`: it acts on them, so they need their CSRF token even though
   * anyone may call.
   */
  readonly cookieUse: 'identifies' | 'logs_in' | 'logs_out'
  /** Whether calls count in DRF's scope `dj_rest_auth`. */
  readonly isThrottled: (settings: Settings) => boolean
  /** The `Allow` header where it is not simply the methods (upstream's quirks). */
  readonly allow?: readonly string[]
  readonly methods: Readonly<Partial<Record<Method, MethodDefinition>>>
}

type RouteOptions = Omit<
  Route,
  'description' | 'access' | 'authentication' | 'cookieUse' | 'isThrottled'
> &
  Partial<Pick<Route, 'description' | 'authentication' | 'cookieUse'>> & {
    readonly access: 'anyone' | 'authenticated' | Route['access']
    readonly isThrottled: boolean | Route['isThrottled']
  }

/** Declares an endpoint. */
export function defineRoute(options: RouteOptions): Route {
  const { access, isThrottled } = options
  return {
    description: '',
    authentication: 'default',
    cookieUse: 'identifies',
    ...options,
    access: typeof access === 'function' ? access : () => access,
    isThrottled: typeof isThrottled === 'function' ? isThrottled : () => isThrottled,
  }
}

/**
 * Serves one request in DRF's order: negotiate, authenticate, permit, throttle, then method, body,
 * fields, handler. A caller without rights never learns about fields. The throttle's verdict comes with the
 * first round trip of what follows, and goes before its answer.
 */
export async function serveRoute(
  route: Route,
  deps: Deps,
  request: Request,
  params: Readonly<Record<string, string>>,
): Promise<Response> {
  const allow = allowOf(route, deps.settings)
  const mended = new MendedCookies(deps, request)
  try {
    const reply = await answer({ route, deps, request, params, allow, mended })
    return respond({ ...reply, cookies: mended.with(reply.cookies ?? []) }, allow)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // The log is written by the app; the route only adds what every answer of a route carries.
    throw new ApiError(error.kind, error.status, error.body, {
      headers: { Allow: allow, Vary: 'Cookie', ...error.headers },
      cookies: mended.with(error.cookies),
      cause: error.cause,
    })
  }
}

type Incoming = {
  readonly route: Route
  readonly deps: Deps
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly allow: string
  readonly mended: MendedCookies
}

async function answer(incoming: Incoming): Promise<Reply> {
  const { route, deps, request } = incoming
  const { settings } = deps
  negotiate(request)
  const ahead = await methodOf(route, request, settings)?.handleAhead?.(deps, request)
  if (ahead !== undefined) return ahead
  const body = onceReader(request, settings.BODY_MAX_BYTES)
  const caller = await findCaller(route, deps, request, body)
  if (caller.kind === 'anonymous' && caller.hasDeadSession) incoming.mended.endSession()
  if (route.access(settings) === 'authenticated' && caller.kind === 'anonymous') {
    throw unauthenticated(
      { detail: 'Authentication credentials were not provided.' },
      challenge(settings),
    )
  }
  const serve = (served: Deps): Promise<Reply> =>
    serveMethod({ ...incoming, deps: served }, caller, body)
  if (!route.isThrottled(settings)) return serve(deps)
  return withinRate(deps, { caller, scope: 'dj_rest_auth' }, serve)
}

async function serveMethod(
  { route, deps, request, params, allow }: Incoming,
  caller: Caller,
  body: () => Promise<ReadBody>,
): Promise<Reply> {
  const { settings } = deps
  if (request.method === 'OPTIONS')
    return { body: describeRoute(route, settings), headers: { Allow: allow } }
  const method = methodOf(route, request, settings)
  if (method === undefined) throw methodNotAllowed(request.method)
  const cookies = readCookies(request)
  const context: Context = { deps, request, caller, params, cookies, readBody: body }
  const values = method.input === undefined ? {} : await readInput(method, context)
  if (method.turnstile !== undefined) {
    await requireHuman(deps, request, body, method.turnstile)
  }
  return method.handle(context, values)
}

/** `?format=` and `Accept`: JSON is what there is (DRF: `DefaultContentNegotiation`). */
function negotiate(request: Request): void {
  const format = new URL(request.url).searchParams.get('format')
  if (format !== null && format !== '' && format !== 'json') throw notFound()
  const accepted = (request.headers.get('accept') ?? '*/*').split(',')
  if (accepted.some((range) => mediaTypeCovers(range, 'application/json'))) return
  throw new ApiError('not_acceptable', 406, {
    detail: 'Could not satisfy the request Accept header.',
  })
}

async function findCaller(
  route: Route,
  deps: Deps,
  request: Request,
  body: () => Promise<ReadBody>,
): Promise<Caller> {
  if (route.authentication === 'none') return { kind: 'anonymous', hasDeadSession: false }
  if (route.cookieUse === 'logs_in') {
    const failure = loginOriginFailure(deps.settings, request)
    if (failure !== undefined) throw forbidden(`CSRF Failed: ${failure}`)
  }
  const ignoresBad =
    route.access(deps.settings) === 'anyone' &&
    deps.settings.IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS
  const unprovenJwtCookie = ignoresBad && route.cookieUse !== 'logs_out' ? 'ignored' : 'refused'
  try {
    const formToken = () => formTokenOf(body)
    return await authenticate(deps, { request, formToken, unprovenJwtCookie })
  } catch (error) {
    if (ignoresBad && error instanceof ApiError && error.kind === 'unauthenticated') {
      return { kind: 'anonymous', hasDeadSession: false }
    }
    throw error
  }
}

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

async function readInput(method: MethodDefinition, context: Context): Promise<FieldValues> {
  const body: Body = requireRecord(await context.readBody())
  const fields = method.input?.(context.deps.settings, body) ?? {}
  const { values, errors } = readFields(fields, body, method.mode)
  if (Object.keys(errors).length === 0) return values
  const more = await method.moreErrors?.(context, values)
  throw fieldErrors({ ...errors, ...more })
}

/** A body can be read once; who asks again gets the same, its error included. */
function onceReader(request: Request, maxBytes: number): () => Promise<ReadBody> {
  let reading: Promise<ReadBody> | undefined
  return () => (reading ??= readBody(request, maxBytes))
}

function respond(reply: Reply, allow: string): Response {
  const headers = new Headers({ Allow: allow, Vary: 'Cookie', ...reply.headers })
  for (const cookie of reply.cookies ?? []) headers.append('Set-Cookie', cookie)
  if (reply.body === undefined) {
    return new Response(null, { status: reply.status ?? 204, headers })
  }
  headers.set('Content-Type', 'application/json')
  return new Response(JSON.stringify(reply.body), { status: reply.status ?? 200, headers })
}
