/**
 * `createRestAuth`, what the npm package exports: the Worker's handlers, the Hono app to mount, and calls for other
 * code.
 */
import type { WorkerEntrypoint } from 'cloudflare:workers'
import type { Hono, MiddlewareHandler } from 'hono'
import { HonoBase } from 'hono/hono-base'
import type { AuthCalls, AuthEntrypoint } from './auth-binding.ts'
import { authEntrypoint, callsWithoutContext } from './auth-calls.ts'
import { backgroundDeps, deploy, type Deployment } from './deployment.ts'
import { lazily } from './lazily.ts'
import { oncePer } from './once-per.ts'
import { executionContextOf } from './service.ts'
import type { Hooks } from './hooks.ts'
import type { SettingsInput } from './settings/input.ts'
import { misconfigured } from './surfaces/operations/misconfigured.ts'
import type { Handlers, Tenants } from './tenants.ts'
import { PathRouter } from './web/path-router.ts'
import { loadOperations } from './surfaces/operations/load-operations.ts'

export type { AuthCalls, AuthEntrypoint, Introspection, RestAuthUser } from './auth-binding.ts'
export type { SettingsInput } from './settings/input.ts'
export type { Hooks } from './hooks.ts'

/** What a service is made of, in addition to its Worker's variables. */
export type RestAuthOptions = {
  /** Settings in code. Variables of the Worker go before them; secrets are variables only. */
  readonly settings?: SettingsInput
  /** Code that is asked before a registration, a login, a mail. */
  readonly hooks?: Hooks
}

/** The service: a Worker's handlers, a Hono app, and what other code calls. */
export type RestAuth = Handlers & {
  /**
   * For another Hono app: `app.route('/', auth.app)`. Requests that the service does not serve are passed to that app.
   */
  readonly app: Hono
  /** For the guard of the same Worker: `honoGuard((env) => ({ auth: auth.calls(env) }))`. Nothing is fetched. */
  readonly calls: (env: object) => AuthCalls
  /** One Worker, many databases: `export default auth.byHost({ 'auth.shop.example': 'SHOP' })`. See docs/scale.md. */
  readonly byHost: (tenants: Tenants) => Handlers
  /** For guards in other Workers: `export const Auth = auth.entrypoint(WorkerEntrypoint)`. */
  readonly entrypoint: (base: typeof WorkerEntrypoint) => AuthEntrypoint
}

/** Makes the service. Its settings are read with the first request, which brings the variables. */
export function createRestAuth({ settings = {}, hooks }: RestAuthOptions = {}): RestAuth {
  const deploymentOf = oncePer((env: object) => deploy({ settings, hooks }, env))
  const serve: RestAuth['fetch'] = async (request, env, context) => {
    const { open, fault } = deploymentOf(env)
    // Nothing is done under settings that are not judged, not even while they are.
    const message = await fault()
    const { service } = await open()
    if (service === undefined || message !== undefined) return refuse(request, message)
    return service.fetch(request, env, context)
  }
  const handlers: Handlers = {
    fetch: serve,
    scheduled: async (_event, env, context) => {
      const deps = await backgroundDeps(deploymentOf(env), context)
      const cron = await loadOperations()
      if (deps.settings.ACCOUNT_DELETION !== 'off') await cron.finishDeletions(deps)
      // One that fails keeps no other from its work.
      const sent = await Promise.allSettled([
        cron.deliverWaitingEmails(deps),
        cron.deliverDueWebhooks(deps),
        cron.streamAudit(deps, env),
        cron.rollUpEvents(deps.db, deps.now),
      ])
      await cron.deleteExpired(deps.db, deps.now, cron.retentionOf(deps.settings))
      for (const one of sent) if (one.status === 'rejected') throw one.reason
    },
  }
  let app: Hono | undefined
  return {
    ...handlers,
    byHost: (tenants) => forTenants(handlers, tenants, settings),
    // Made where somebody mounts it: a Worker of its own has no use for it.
    get app() {
      app ??= new HonoBase({ router: new PathRouter() }).use('*', partOfAnother(deploymentOf))
      return app
    },
    calls: oncePer((env: object) =>
      callsWithoutContext((background) => backgroundDeps(deploymentOf(env), background)),
    ),
    entrypoint: (base) =>
      authEntrypoint(base, {
        fetch: serve,
        open: (env, context) => backgroundDeps(deploymentOf(env), context),
      }),
  }
}

const loadTenants = lazily(() => import('./tenants.chunk.ts'))

/** The handlers of many services, whose code few Workers need. */
function forTenants(handlers: Handlers, tenants: Tenants, code: SettingsInput): Handlers {
  let made: Handlers | undefined
  const open = async () => {
    const { byHost } = await loadTenants()
    // After the wait: whatever arrives meanwhile is served by the same ones.
    return (made ??= byHost(handlers, tenants, code))
  }
  return {
    fetch: async (...request) => (await open()).fetch(...request),
    scheduled: async (...event) => (await open()).scheduled(...event),
  }
}

function refuse(request: Request, message = ''): Response {
  console.error(message)
  return misconfigured(request, message)
}

/** Serves what the service knows of another app's requests; the rest is that app's. */
function partOfAnother(deploymentOf: (env: object) => Deployment): MiddlewareHandler {
  return async (c, next) => {
    // Absent in tests of the other app that pass none.
    const given: unknown = c.env
    const env = typeof given === 'object' && given !== null ? given : {}
    const { open, fault } = deploymentOf(env)
    const message = await fault()
    const { service } = await open()
    if (service === undefined || message !== undefined) return refuse(c.req.raw, message)
    const [handlers] = service.router.match(c.req.method, service.getPath(c.req.raw))
    if (handlers.length === 0) return next()
    return service.fetch(c.req.raw, env, executionContextOf(c))
  }
}
