import type { WorkerEntrypoint } from 'cloudflare:workers'
import type { ExecutionContext } from 'hono'
import type { Deps } from './deps.ts'

/** What is known of a credential, as RFC 7662 §2.2 answers it. */
export type Introspection = { readonly active: boolean } & Readonly<Record<string, unknown>>

/** A user, as other Workers see one. */
export type RestAuthUser = {
  readonly pk: number
  readonly username: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly is_active: boolean
}

/** What the service offers to the code beside it, and to other Workers over a service binding. */
export type AuthCalls = {
  /** Whose a token, key or session is, or who sends a request. One round trip to the database at most. */
  verify(credential: string | Request): Promise<Introspection>
  /** The public keys (RFC 7517 §5). */
  jwks(): Promise<object>
  /** A user by the id that tokens name; `undefined` for nobody. One round trip to the database. */
  user(id: string | number): Promise<RestAuthUser | undefined>
}

/** Calls on dependencies that each call opens for itself. */
export function authCalls(open: () => Promise<Deps>): AuthCalls {
  const endpoints = () => import('./surfaces/rest-auth/endpoints.chunk.ts')
  return {
    verify: async (credential) => (await endpoints()).verifyForWorker(await open(), credential),
    jwks: async () => (await endpoints()).jwksForWorker(await open()),
    user: async (id) => (await endpoints()).userForWorker(await open(), id),
  }
}

/** An entrypoint for service bindings: the calls, and `fetch` for whoever wants the service's HTTP. */
export type AuthEntrypoint = new (
  context: ExecutionContext,
  env: object,
) => WorkerEntrypoint<object> & AuthCalls & { fetch(request: Request): Promise<Response> }

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
