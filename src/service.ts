/**
 * `createService`: the whole service as one Hono app. Every endpoint and page is a route of it; what a request
 * needs travels in Hono's variables, and errors go through its error handler.
 */
import type { Context, Handler } from 'hono'
import { HonoBase as Hono } from 'hono/hono-base'
import type { H, RouterRoute } from 'hono/types'
import type { Client, Deps } from './deps.ts'
import { lazily } from './lazily.ts'
import type { Platform } from './platform.ts'
import type { Begun, OpenedDeps } from './request-deps.ts'
import type { Settings } from './settings/parse.ts'
import { trustsProxy } from './settings/trusted-proxy.ts'
import { pages, rootPages } from './surfaces.ts'
import { notSetUp } from './surfaces/operations/misconfigured.ts'
import { notFoundPage } from './surfaces/operations/not-found.ts'
import { routesOf, type RouteLoader } from './surfaces/rest-auth/routes.ts'
import { addAnswerHeaders } from './web/answer-headers.ts'
import { preflight } from './web/cors.ts'
import { errorResponse, isOfMigration, loggedError, MIGRATE } from './web/error-response.ts'
import { throttled } from './web/errors.ts'
import type { Page } from './web/page.ts'
import { PathRouter, type Section } from './web/path-router.ts'
import { workersPlatform } from './workers-platform.ts'
import type { HeadStart } from './surfaces/rest-auth/head-start.ts'
import { loadEndpoints, loadHeadStart } from './surfaces/rest-auth/load-endpoints.ts'

/** What our handlers find in `c.var`. */
type ServiceEnv = {
  readonly Variables: {
    readonly platform: Platform
    /** The request's dependencies, made when a handler first asks. */
    readonly openDeps: (begun?: Begun) => Promise<Deps>
    /** What the route is called in the log. */
    readonly route: string
    /** What was thrown instead of an answer, for the log. */
    readonly thrown: unknown
  }
}

/** The service: a Hono app. */
export type Service = Hono<ServiceEnv>

/** Makes the outside world of one request. */
export type PlatformOf = typeof workersPlatform

/**
 * The whole service as one Hono app: its endpoints and pages under `URL_PREFIX`. It is used alone, or as part of
 * another app (`app.route('/', createService(settings))`): what it serves has all its middleware, what it does not
 * serve is the other app's. `platformOf` is for tests, and for runtimes other than Workers.
 */
export function createService(
  settings: Settings,
  platformOf: PlatformOf = workersPlatform,
): Service {
  const answerError = errorHandler(settings)
  // The middleware of each route is part of the same handler: a start and a request then have fewer to go through.
  const observed = (serve: Serve) =>
    observe(settings, platformOf, async (c) => {
      try {
        return (await answerEarly(settings, c)) ?? (await serve(c))
      } catch (error) {
        c.set('thrown', error)
        return answerError(error, c)
      }
    })
  const sections = sectionsOf(settings, observed)
  const service = new Hono<ServiceEnv>({ strict: true, router: new PathRouter(sections) })
  // Hono's list of routes, which an app reads that this one is mounted in.
  let listed: RouterRoute[] | undefined
  const list = () => sections.flatMap(({ routes }) => [...routes()]).map(([, , [, route]]) => route)
  Object.defineProperty(service, 'routes', { get: () => (listed ??= list()) })
  // Not a route: as part of another app, the service has no say in what it does not serve.
  service.notFound(observed((c) => notFoundPage(settings, c.req.raw)))
  return service.onError(answerError)
}

/** What Hono's routers hold. */
type Routed = [H<ServiceEnv>, RouterRoute]

/** The routes: endpoints before pages, because a start is mostly for one of them. */
function sectionsOf(
  settings: Settings,
  observed: (serve: Serve) => Handler<ServiceEnv>,
): readonly Section<Routed>[] {
  const ofPages = (all: readonly Page[]) =>
    all.flatMap((page) => {
      const handler = observed(servePage(page))
      return (page.methods ?? GET).map((method) => routed(method, page.path, handler))
    })
  const serveEndpoint = endpointServer(settings)
  const endpoints = () =>
    Object.entries(routesOf(settings)).flatMap(([path, load]) => {
      const whole = settings.URL_PREFIX + path
      const handler = observed(serveEndpoint(path, load))
      const paths = whole.endsWith('/') ? [whole, whole.slice(0, -1)] : [whole]
      return paths.map((each) => routed('ALL', each, handler))
    })
  // The first page of all has the prefix without its slash, too.
  const prefix = settings.URL_PREFIX.replace(/\/$/, '')
  return [
    { prefix, routes: endpoints },
    { prefix, routes: () => ofPages(pages(settings)) },
    { prefix: '/', routes: () => ofPages(rootPages(settings)) },
  ]
}

const GET = ['GET'] as const

/** A route as `app.on` makes it, without the work that Hono does for each. */
function routed(
  method: string,
  path: string,
  handler: Handler<ServiceEnv>,
): readonly [method: string, path: string, Routed] {
  return [method, path, [handler, { basePath: '/', method, path, handler }]]
}

type Serve = (c: Context<ServiceEnv>) => Promise<Response> | Response

/** Serves a page. */
function servePage(page: Page): Serve {
  return async (c) => {
    c.set('route', page.path)
    return page.serve(await c.get('openDeps')(), c.req.raw, c.req.param())
  }
}

/** Turns what a handler throws into an answer. */
function errorHandler(settings: Settings) {
  return async (error: unknown, c: Context<ServiceEnv>): Promise<Response> =>
    (await isOfMigration(error))
      ? notSetUp(c.req.raw, MIGRATE)
      : errorResponse(settings, c.req.raw, error)
}

/**
 * Serves endpoints, whose code is read when one is first called; one that a setting turns off is not found. Where a
 * login is the first call of all, it has a head start.
 */
function endpointServer(settings: Settings): (path: string, load: RouteLoader) => Serve {
  let isFirst = true
  const headStartOf = async (path: string, c: Context<ServiceEnv>): Promise<HeadStart> => {
    const isFirstLogin = isFirst && path === 'login/'
    isFirst = false
    if (!isFirstLogin) return {}
    const { beginLogin } = await loadHeadStart()
    return beginLogin({ ...c.get('platform'), settings }, c.req.raw)
  }
  return (path, load) => async (c) => {
    const { begun, readBody } = await headStartOf(path, c)
    const { serveRoute } = await loadEndpoints()
    const route = await load()
    const request = c.req.raw
    if (route.when !== undefined && !route.when(settings)) return notFoundPage(settings, request)
    c.set('route', path)
    const deps = await c.get('openDeps')(begun)
    return serveRoute(route, { deps, request, params: c.req.param(), readBody })
  }
}

/** Opens a request's variables; then gives the answer its headers, and the log its line. */
function observe(
  settings: Settings,
  platformOf: PlatformOf,
  serve: Serve,
): (c: Context<ServiceEnv>) => Promise<Response> {
  return async (c) => {
    const request = c.req.raw
    const { promise: answered, resolve: resolveAnswered } = Promise.withResolvers<void>()
    const given = platformOf(request, c.env, executionContextOf(c))
    const client = await clientOf(settings, request, given.client)
    const platform = { ...given, client, answered }
    const startedAt = platform.now()
    const requestId = crypto.randomUUID()
    const opened = lazyDeps(settings, platform)
    c.set('platform', platform)
    c.set('openDeps', opened.open)
    try {
      const answer = await serve(c)
      addAnswerHeaders(answer.headers, settings, request)
      answer.headers.set('X-Request-Id', requestId)
      if (settings.SERVER_TIMING) answer.headers.set('Server-Timing', opened.timings())
      platform.log({
        level: answer.status >= 500 ? 'error' : 'info',
        event: 'request',
        request_id: requestId,
        method: request.method,
        route: c.get('route') ?? '',
        status: answer.status,
        duration_ms: platform.now().getTime() - startedAt.getTime(),
        round_trips: opened.roundTrips(),
        ...(opened.wastesCall() ? { wasted_round_trips: 1 } : {}),
        ...(await loggedError(c.get('thrown'))),
        ...(answer.status === 429 ? await hintOf429(settings, request, client) : {}),
      })
      return answer
    } finally {
      resolveAnswered()
    }
  }
}

const loadProxies = lazily(() => import('./web/trusted-proxy.chunk.ts'))

/** The client of a request: the caller, or the client on whose behalf an operator's server calls. */
async function clientOf(settings: Settings, request: Request, caller: Client): Promise<Client> {
  if (!trustsProxy(settings)) return caller
  return (await loadProxies()).clientBehindProxy(settings, request, caller)
}

async function hintOf429(
  settings: Settings,
  request: Request,
  client: Client,
): Promise<{ readonly hint?: string }> {
  const hint = (await loadProxies()).sharedAddressHint(settings, request, client)
  return hint === undefined ? {} : { hint }
}

/** Returns what needs no endpoint: preflights, and floods of one address. */
async function answerEarly(
  settings: Settings,
  c: Context<ServiceEnv>,
): Promise<Response | undefined> {
  const early = preflight(settings, c.req.raw)
  if (early !== undefined) return early
  const { limitFlood, client } = c.get('platform')
  const isFlooding = limitFlood !== undefined && !(await limitFlood(client.address))
  if (isFlooding) throw throttled(FLOOD_WAIT_SECONDS)
  return undefined
}

/** The binding's longest period is a minute. */
const FLOOD_WAIT_SECONDS = 60

type LazyDeps = {
  readonly open: (begun?: Begun) => Promise<Deps>
  readonly roundTrips: () => number
  /** Whether a call was begun that the request has not asked for. */
  readonly wastesCall: () => boolean
  /** As `Server-Timing` says it (W3C): `db;dur=12, db;dur=3`. */
  readonly timings: () => string
}

/** Reads what dependencies are made of with the first request that needs them: a preflight does not. */
function lazyDeps(settings: Settings, platform: Platform): LazyDeps {
  let deps: OpenedDeps | undefined
  return {
    open: async (begun) => {
      const { openDeps } = await loadEndpoints()
      return (deps ??= openDeps(settings, platform, begun))
    },
    wastesCall: () => deps?.wastesCall() === true,
    roundTrips: () => deps?.roundTrips() ?? 0,
    timings: () => (deps?.timings() ?? []).map((ms) => `db;dur=${ms}`).join(', '),
  }
}

/** A request's execution context. Hono throws where the runtime gives none, which is so in tests. */
export function executionContextOf(c: Context): Context['executionCtx'] | undefined {
  try {
    return c.executionCtx
  } catch {
    return undefined
  }
}
