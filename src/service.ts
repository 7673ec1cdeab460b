import type { Context, Handler, MiddlewareHandler } from 'hono'
import { HonoBase as Hono } from 'hono/hono-base'
import { LinearRouter } from 'hono/router/linear-router'
import { isUnmigrated } from './db/constraint.ts'
import type { Client, Deps } from './deps.ts'
import type { Platform } from './platform.ts'
import type { Settings } from './settings/parse.ts'
import { trustsProxy } from './settings/trusted-proxy.ts'
import { pages } from './surfaces.ts'
import { notSetUp } from './surfaces/operations/misconfigured.ts'
import { notFoundPage } from './surfaces/operations/not-found.ts'
import { routesOf, type RouteLoader } from './surfaces/rest-auth/routes.ts'
import { addAnswerHeaders } from './web/answer-headers.ts'
import { preflight } from './web/cors.ts'
import { errorResponse, loggedError, MIGRATE } from './web/error-response.ts'
import { throttled } from './web/errors.ts'
import { inLanguageOf } from './web/translate.ts'
import { workersPlatform } from './workers-platform.ts'

const endpoints = () => import('./surfaces/rest-auth/endpoints.chunk.ts')

/** What our handlers find in `c.var`. */
type ServiceEnv = {
  readonly Variables: {
    readonly platform: Platform
    /** The request's dependencies, made when a handler first asks. */
    readonly openDeps: () => Promise<Deps>
    /** What the route is called in the log. */
    readonly route: string
    /** In the log, and in the answer's `X-Request-Id`. */
    readonly requestId: string
  }
}

/** The service: a Hono app. */
export type Service = Hono<ServiceEnv>

/** Makes the outside world of one request. */
export type PlatformOf = typeof workersPlatform

/**
 * The whole service as one Hono app: its endpoints and pages under `URL_PREFIX`. It stands alone, or as part of
 * another app (`app.route('/', createService(settings))`): what it serves has all its middleware, what it does not
 * serve is the other app's. `platformOf` is for tests, and for runtimes other than Workers.
 */
export function createService(
  settings: Settings,
  platformOf: PlatformOf = workersPlatform,
): Service {
  const middleware = [observe(settings, platformOf), answerEarly(settings)] as const
  const service = newApp()
  for (const [path, load] of Object.entries(routesOf(settings))) {
    const whole = settings.URL_PREFIX + path
    for (const pattern of [whole, whole.replace(/\/$/, '')]) {
      service.all(pattern, ...middleware, endpointHandler(settings, path, load))
    }
  }
  for (const page of pages(settings)) {
    service.on([...(page.methods ?? ['GET'])], page.path, ...middleware, async (c) => {
      c.set('route', page.path)
      return page.serve(await c.var.openDeps(), c.req.raw, c.req.param())
    })
  }
  // Middleware of their own: as part of another app, the service has no say in what it does not serve.
  const others = newApp().all('*', ...middleware, () => notFoundPage(settings))
  service.notFound((c) => others.fetch(c.req.raw, c.env, executionContextOf(c)))
  return service
}

function newApp(): Service {
  const app = new Hono<ServiceEnv>({ strict: true, router: new LinearRouter() })
  return app.onError((error, c) =>
    isUnmigrated(error) ? notSetUp(c.req.raw, MIGRATE) : errorResponse(error),
  )
}

/** Serves an endpoint, whose code is read when it is first called; one that a setting turns off is not found. */
function endpointHandler(settings: Settings, path: string, load: RouteLoader): Handler<ServiceEnv> {
  return async (c) => {
    // The router takes any number of slashes at the end for one.
    if (c.req.path.endsWith('//')) return notFoundPage(settings)
    const { serveRoute } = await endpoints()
    const route = await load()
    if (route.when !== undefined && !route.when(settings)) return notFoundPage(settings)
    c.set('route', path)
    const deps = await c.var.openDeps()
    return serveRoute(route, { deps, request: c.req.raw, params: c.req.param() })
  }
}

/** Opens a request's variables; then gives the answer its language and headers, and the log its line. */
function observe(settings: Settings, platformOf: PlatformOf): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const { promise: answered, resolve: tellAnswered } = Promise.withResolvers<void>()
    const given = platformOf(c.req.raw, c.env, executionContextOf(c))
    const client = await clientOf(settings, c.req.raw, given.client)
    const platform = { ...given, client, answered }
    const startedAt = platform.now()
    const opened = lazyDeps(settings, platform)
    c.set('platform', platform)
    c.set('openDeps', opened.open)
    c.set('requestId', crypto.randomUUID())
    try {
      await next()
      c.res = await inLanguageOf(settings, c.req.raw, c.res)
      addAnswerHeaders(c.res.headers, settings, {
        url: c.req.url,
        origin: c.req.header('origin'),
      })
      c.res.headers.set('X-Request-Id', c.var.requestId)
      platform.log({
        level: c.res.status >= 500 ? 'error' : 'info',
        event: 'request',
        request_id: c.var.requestId,
        method: c.req.method,
        route: c.get('route') ?? '',
        status: c.res.status,
        duration_ms: platform.now().getTime() - startedAt.getTime(),
        round_trips: opened.roundTrips(),
        ...loggedError(c.error),
        ...(c.res.status === 429 ? await hintOf429(settings, c.req.raw, client) : {}),
      })
    } finally {
      tellAnswered()
    }
  }
}

const proxies = () => import('./web/trusted-proxy.chunk.ts')

/** Whom a request is from: who called, or whom a server of the operator's own calls for. */
async function clientOf(settings: Settings, request: Request, caller: Client): Promise<Client> {
  if (!trustsProxy(settings)) return caller
  return (await proxies()).clientBehindProxy(settings, request, caller)
}

async function hintOf429(
  settings: Settings,
  request: Request,
  client: Client,
): Promise<{ readonly hint?: string }> {
  const hint = (await proxies()).sharedAddressHint(settings, request, client)
  return hint === undefined ? {} : { hint }
}

/** Answers what needs no endpoint: preflights, and floods of one address. */
function answerEarly(settings: Settings): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const early = preflight(settings, c.req.raw)
    if (early !== undefined) return early
    const { limitFlood, client } = c.var.platform
    const isFlooding = limitFlood !== undefined && !(await limitFlood(client.address))
    if (isFlooding) throw throttled(FLOOD_WAIT_SECONDS)
    return next()
  }
}

/** The binding's longest period is a minute. */
const FLOOD_WAIT_SECONDS = 60

type LazyDeps = {
  readonly open: () => Promise<Deps>
  readonly roundTrips: () => number
}

/** Reads what dependencies are made of with the first request that needs them: a preflight does not. */
function lazyDeps(settings: Settings, platform: Platform): LazyDeps {
  let deps: Deps | undefined
  return {
    open: async () => {
      const { openDeps } = await endpoints()
      return (deps ??= openDeps(settings, platform))
    },
    roundTrips: () => deps?.roundTrips() ?? 0,
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
