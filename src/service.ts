import { HonoBase as Hono } from 'hono/hono-base'
import { LinearRouter } from 'hono/router/linear-router'
import { databaseFault, isUnmigrated } from './db/constraint.ts'
import { errorClass, type Deps, type Outside } from './deps.ts'
import { corsHeaders, preflight } from './web/cors.ts'
import { ApiError, throttled, unavailable, type ErrorKind } from './web/errors.ts'
import { inLanguageOf } from './web/translate.ts'
import { requireSoundApps } from './core/social/providers/configured.ts'
import { routesOf } from './surfaces/rest-auth/routes.ts'
import { pages } from './surfaces.ts'
import type { Settings } from './settings/parse.ts'

/** What we use of a Worker's `ExecutionContext`. */
export type ExecutionContextLike = { readonly waitUntil: (work: Promise<unknown>) => void }

/** What the platform gives to one request; the context is the platform's, absent in tests. */
export type OutsideOf = (
  request: Request,
  executionContext: ExecutionContextLike | undefined,
) => Omit<Outside, 'answered'>

/** The service as a function of requests. Never rejects. */
export type App = {
  readonly fetch: (request: Request, executionContext?: ExecutionContextLike) => Promise<Response>
}

/** What one request tells its log line. */
type Trace = {
  route: string
  error: ErrorKind | undefined
  cause: string | undefined
  /** What an operator is to do about it. */
  hint: string | undefined
}

const MIGRATE =
  'The database lacks a table or a column that this version needs: npm run manage -- migrate'

type AppEnv = { Bindings: { readonly openDeps: () => Promise<Deps>; readonly trace: Trace } }

/** Mounts the route table under `URL_PREFIX`; what a setting turns off is not found. */
export function createApp(settings: Settings, outsideOf: OutsideOf): App {
  requireSoundApps(settings.SOCIALACCOUNT_PROVIDERS)
  const hono = mount(settings)
  return {
    fetch: async (request, executionContext) => {
      const { promise: answered, resolve: tellAnswered } = Promise.withResolvers<void>()
      try {
        return await answer(request, { ...outsideOf(request, executionContext), answered })
      } finally {
        tellAnswered()
      }
    },
  }

  async function answer(request: Request, outside: Outside): Promise<Response> {
    const startedAt = outside.now()
    const trace: Trace = { route: '', error: undefined, cause: undefined, hint: undefined }
    let deps: Deps | undefined
    const openDeps = async (): Promise<Deps> => {
      const { openDeps: open } = await import('./request-deps.ts')
      return (deps ??= open(settings, outside))
    }
    const found =
      preflight(settings, request) ??
      ((await isFlooding(outside))
        ? floodResponse(trace)
        : await hono.fetch(request, { openDeps, trace }))
    const response = await inLanguageOf(settings, request, found)
    const requestId = crypto.randomUUID()
    addHeaders(response.headers, settings, request, requestId)
    outside.log({
      level: response.status >= 500 ? 'error' : 'info',
      event: 'request',
      request_id: requestId,
      method: request.method,
      route: trace.route,
      status: response.status,
      duration_ms: outside.now().getTime() - startedAt.getTime(),
      round_trips: deps?.roundTrips() ?? 0,
      error: trace.error,
      cause: trace.cause,
      hint: trace.hint,
    })
    return response
  }
}

/** Whether the client's address sends far more than anybody should; decided without the database. */
async function isFlooding({ limitFlood, client }: Outside): Promise<boolean> {
  return limitFlood !== undefined && !(await limitFlood(client.address))
}

/** The binding's longest period is a minute. */
const FLOOD_WAIT_SECONDS = 60

function floodResponse(trace: Trace): Response {
  const refusal = throttled(FLOOD_WAIT_SECONDS)
  trace.error = refusal.kind
  return errorResponse(refusal)
}

function mount(settings: Settings): Hono<AppEnv> {
  const hono = new Hono<AppEnv>({ strict: true, router: new LinearRouter() })
  for (const [path, load] of Object.entries(routesOf(settings))) {
    const whole = settings.URL_PREFIX + path
    for (const pattern of [whole, whole.replace(/\/$/, '')]) {
      hono.all(pattern, async (c) => {
        const [route, { serveRoute }] = await Promise.all([
          load(),
          import('./surfaces/rest-auth/serve-route.ts'),
        ])
        if (route.when !== undefined && !route.when(settings)) return c.notFound()
        c.env.trace.route = path
        return serveRoute(route, await c.env.openDeps(), c.req.raw, c.req.param())
      })
    }
  }
  for (const page of pages(settings)) {
    hono.on([...(page.methods ?? ['GET'])], [page.path], async (c) => {
      c.env.trace.route = page.path
      return page.serve(await c.env.openDeps(), c.req.raw, c.req.param())
    })
  }
  hono.notFound(() => notFoundPage(settings))
  hono.onError((error, c) => {
    const known = asApiError(error)
    c.env.trace.error = known.kind
    if (known.cause !== undefined) c.env.trace.cause = errorClass(known.cause)
    c.env.trace.hint = isUnmigrated(error) ? MIGRATE : known.hint
    return errorResponse(known)
  })
  return hono
}

function addHeaders(
  headers: Headers,
  settings: Settings,
  request: Request,
  requestId: string,
): void {
  for (const [name, value] of Object.entries(
    corsHeaders(settings, request.headers.get('origin')),
  )) {
    if (name === 'Vary') headers.append(name, value)
    else headers.set(name, value)
  }
  headers.set('X-Request-Id', requestId)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'same-origin')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  if (!headers.has('X-Frame-Options')) headers.set('X-Frame-Options', 'DENY')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  // A browser that is made to show an answer as a page runs nothing of it.
  if (headers.get('Content-Type') === 'application/json') {
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  }
  if (settings.SECURE_HSTS_SECONDS > 0 && request.url.startsWith('https:')) {
    headers.set('Strict-Transport-Security', `max-age=${settings.SECURE_HSTS_SECONDS}`)
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (databaseFault(error) === 'down') return unavailable(error)
  return new ApiError('internal', 500, { detail: 'A server error occurred.' }, { cause: error })
}

function errorResponse(error: ApiError): Response {
  const headers = new Headers({ 'Content-Type': 'application/json', ...error.headers })
  for (const cookie of error.cookies) headers.append('Set-Cookie', cookie)
  return new Response(JSON.stringify(error.body), { status: error.status, headers })
}

function notFoundPage(settings: Settings): Response {
  if (!settings.HTML_NOT_FOUND) {
    const body = JSON.stringify({ detail: 'Not found.' })
    return new Response(body, { status: 404, headers: { 'Content-Type': 'application/json' } })
  }
  const html = '<!doctype html><html lang="en"><title>Not Found</title><h1>Not Found</h1></html>'
  return new Response(html, {
    status: 404,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  })
}
