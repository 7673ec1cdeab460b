/**
 * The guard for frameworks: Hono, SvelteKit, Express, Fastify. Each turns a refusal into the framework's own
 * answer.
 */
import type { GuardOptions, GuardRequest } from './options.ts'
import { GuardError } from './refusal.ts'
import { requireUser } from './require-user.ts'
import type { GuardUser } from './values.ts'

/** Options, or how to make them of what a framework hands over (a Worker's `env`, a request). */
type OptionsOf<Given extends readonly unknown[]> =
  | GuardOptions
  | ((...given: Given) => GuardOptions)

/** The user, or why there is none; other errors are thrown on. */
async function judge<Given extends readonly unknown[]>(
  request: GuardRequest,
  options: OptionsOf<Given>,
  ...given: Given
): Promise<GuardUser | GuardError> {
  try {
    return await requireUser(request, typeof options === 'function' ? options(...given) : options)
  } catch (error) {
    if (error instanceof GuardError) return error
    throw error
  }
}

/**
 * Guards a handler of `Request` and `Response`: a Worker's `fetch`, a route handler of Next, `Deno.serve`.
 * What else the platform passes comes last: `guarded((env) => ({ auth: env.AUTH }), (request, user, env) => …)`.
 */
export function guarded<More extends readonly unknown[]>(
  options: OptionsOf<More>,
  handler: (request: Request, user: GuardUser, ...more: More) => Response | Promise<Response>,
): (request: Request, ...more: More) => Promise<Response> {
  return async (request, ...more) => {
    const user = await judge(request, options, ...more)
    return user instanceof GuardError ? user.toResponse() : handler(request, user, ...more)
  }
}

/** What the guard puts into Hono's variables: `new Hono<{ Variables: GuardVariables }>()`. */
export type GuardVariables = { readonly user: GuardUser }

type HonoContext<Env> = {
  readonly req: { readonly raw: Request }
  readonly env: Env
  set(name: 'user', user: GuardUser): void
}

/** Hono's middleware: `app.use('/api/*', honoGuard((env) => ({ auth: env.AUTH })))`, then `c.get('user')`. */
export function honoGuard<Env>(
  options: OptionsOf<readonly [Env]>,
): (c: HonoContext<Env>, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    const user = await judge(c.req.raw, options, c.env)
    if (user instanceof GuardError) return user.toResponse()
    c.set('user', user)
    await next()
    return undefined
  }
}

type SvelteKitEvent = { readonly request: Request; readonly locals: object }

/** `resolve` is a method, so that the hook is SvelteKit's `Handle`, whose events know more than ours. */
type SvelteKitInput<Event> = {
  readonly event: Event
  resolve(event: Event): Response | Promise<Response>
}

/** SvelteKit's `handle` hook: the user is `event.locals.user`. Combine with `sequence` where paths are open. */
export function svelteKitGuard<Event extends SvelteKitEvent>(
  options: OptionsOf<readonly [Event]>,
): (input: SvelteKitInput<Event>) => Promise<Response> {
  return async (input) => {
    const { event } = input
    const user = await judge(event.request, options, event)
    if (user instanceof GuardError) return user.toResponse()
    Object.assign(event.locals, { user })
    return input.resolve(event)
  }
}

type NodeRequest = {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

type ExpressResponse = {
  status(code: number): { set(headers: object): { json(body: unknown): unknown } }
}

/** Express' middleware: the user is `request.user`. */
export function expressGuard<Request extends NodeRequest>(
  options: OptionsOf<readonly [Request]>,
): (request: Request, response: ExpressResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const user = await judge(guardRequestOf(request), options, request)
      if (user instanceof GuardError) {
        response.status(user.status).set(user.headers).json(user.body)
        return
      }
      Object.assign(request, { user })
    } catch (error) {
      next(error)
      return
    }
    next()
  }
}

type FastifyReply = {
  code(status: number): { headers(headers: object): { send(body: unknown): unknown } }
}

/** Fastify's `preHandler` hook, of an app or of a route: the user is `request.user`. */
export function fastifyGuard<Request extends NodeRequest = NodeRequest>(
  options: OptionsOf<readonly [Request]>,
  // Of what a route's option may be, TypeScript would infer a request that is none.
): (request: NoInfer<Request>, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const user = await judge(guardRequestOf(request), options, request)
    if (user instanceof GuardError) {
      return reply.code(user.status).headers(user.headers).send(user.body)
    }
    return void Object.assign(request, { user })
  }
}

/** Without its address: behind a proxy, Node does not know the origin that browsers see. */
function guardRequestOf({ method = 'GET', headers }: NodeRequest) {
  return {
    method,
    headers: { get: (name: string) => headers[name]?.toString() ?? null },
  }
}
