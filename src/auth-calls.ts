/**
 * Calls from other Workers over a service binding: verify a credential, get the public keys, find a user.
 * Cloudflare lets only Workers that are configured with the binding call, so no credential is needed between them.
 */
import type { WorkerEntrypoint } from 'cloudflare:workers'
import type { ExecutionContext } from 'hono'
import type { AuthCalls, AuthEntrypoint, Introspection, RestAuthUser } from './auth-binding.ts'
import type { Deps } from './deps.ts'
import { loadVisits } from './surfaces/rest-auth/chunks.ts'
import type { Background } from './workers-platform.ts'

/** Calls on dependencies that each call opens for itself. */
function authCalls(open: () => Promise<Deps>): AuthCalls {
  return {
    verify: async (credential) => (await loadVisits()).verifyForWorker(await open(), credential),
    jwks: async () => (await loadVisits()).jwksForWorker(await open()),
    user: async (id) => (await loadVisits()).userForWorker(await open(), id),
  }
}

/** Longest time that a call waits for what it writes: who calls has its answer, and a busy database keeps it for no longer. */
const WRITES_WAIT_MS = 1_000

/**
 * Calls of code in the same Worker. It hands over no execution context, and the platform ends what it does not wait for
 * with its answer: each call waits for its own writes, without which a login that is in use would end as an idle one.
 */
export function callsWithoutContext(open: (background: Background) => Promise<Deps>): AuthCalls {
  const whole = async <Result>(call: (calls: AuthCalls) => Promise<Result>): Promise<Result> => {
    const deferred: Promise<unknown>[] = []
    const result = await call(authCalls(() => open({ waitUntil: (work) => deferred.push(work) })))
    if (deferred.length > 0) await atMost(WRITES_WAIT_MS, Promise.all(deferred))
    return result
  }
  return {
    verify: (credential) => whole((calls) => calls.verify(credential)),
    jwks: () => whole((calls) => calls.jwks()),
    user: (id) => whole((calls) => calls.user(id)),
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise])
  clearTimeout(timer)
}

/** What an entrypoint of one isolate serves with. */
export type Serving = {
  readonly fetch: (request: Request, env: object, context: ExecutionContext) => Promise<Response>
  readonly open: (env: object, context: ExecutionContext) => Promise<Deps>
}

/**
 * Makes the class that a Worker exports. workerd's own class comes from the caller, so that nothing here needs
 * workerd to be loaded.
 */
export function authEntrypoint(base: typeof WorkerEntrypoint, serving: Serving): AuthEntrypoint {
  return class extends base<object> {
    fetch(request: Request): Promise<Response> {
      return serving.fetch(request, this.env, this.ctx)
    }
    verify(credential: string | Request): Promise<Introspection> {
      return this.#calls().verify(credential)
    }
    jwks(): Promise<object> {
      return this.#calls().jwks()
    }
    user(id: string | number): Promise<RestAuthUser | undefined> {
      return this.#calls().user(id)
    }
    #calls(): AuthCalls {
      return authCalls(() => serving.open(this.env, this.ctx))
    }
  }
}
