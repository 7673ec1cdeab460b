/**
 * The types of calls from other Workers. A file of types alone, so that the guard and other programs can import
 * them without any code of the service.
 */
import type { WorkerEntrypoint } from 'cloudflare:workers'
import type { ExecutionContext } from 'hono'

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
  /** A user by the id that tokens name; `undefined` for an unknown id. One round trip to the database. */
  user(id: string | number): Promise<RestAuthUser | undefined>
}

/** An entrypoint for service bindings: the calls, and `fetch` for callers that use the service over HTTP. */
export type AuthEntrypoint = new (
  context: ExecutionContext,
  env: object,
) => WorkerEntrypoint<object> & AuthCalls & { fetch(request: Request): Promise<Response> }
