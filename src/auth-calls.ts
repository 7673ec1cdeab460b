/**
 * Calls from other Workers over a service binding: verify a credential, get the public keys, find a user.
 * Cloudflare lets only Workers that are configured with the binding call, so no credential is needed between them.
 */
import type { WorkerEntrypoint } from 'cloudflare:workers'
import type { ExecutionContext } from 'hono'
import type { AuthCalls, AuthEntrypoint, Introspection, RestAuthUser } from './auth-binding.ts'
import type { Deps } from './deps.ts'
import { loadVisits } from './surfaces/rest-auth/chunks.ts'

/** Calls on dependencies that each call opens for itself. */
export function authCalls(open: () => Promise<Deps>): AuthCalls {
  return {
    verify: async (credential) => (await loadVisits()).verifyForWorker(await open(), credential),
    jwks: async () => (await loadVisits()).jwksForWorker(await open()),
    user: async (id) => (await loadVisits()).userForWorker(await open(), id),
  }
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
