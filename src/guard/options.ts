/** Options of the guard. */
import type { Algorithm } from './jws.ts'
import type { Requirements } from './requirements.ts'

/** How logins of the service are accepted. Nothing is trusted that is not named here. */
export type GuardOptions = Requirements & {
  /**
   * Where the service is: its address as clients have it (`https://auth.example.com/dj-rest-auth/`), or its
   * service binding (`env.AUTH`). With a binding nothing is ever fetched: a Worker cannot fetch a sibling's
   * workers.dev host (error 1042).
   */
  readonly auth?: string | AuthBinding
  /** The service's signing secrets, where `SIMPLE_JWT_ALGORITHM` is HS256, HS384 or HS512; the current one first. */
  readonly secret?: string | readonly string[]
  /** The only algorithms that are accepted. Default: HS256 with `secret`, else what each public key is for. */
  readonly algorithms?: readonly Algorithm[]
  /** `SIMPLE_JWT_ISSUER`. Without it, a token that names an issuer must name the origin or address of `auth`. */
  readonly issuer?: string
  /** What this API is called: a token for others only is refused, and so is one without audience. */
  readonly audience?: string | readonly string[]
  /** Cookies that may hold the token or key, `JWT_AUTH_COOKIE` among them. Default: headers only. */
  readonly cookies?: readonly string[]
  /** Origins whose pages may write with a cookie, besides our own: `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /** One of the service's `INTROSPECTION_CLIENTS`: needed for opaque keys where `auth` is an address. */
  readonly client?: { readonly id: string; readonly secret: string }
  /**
   * `keys` (the default): opaque keys are asked about, JWTs are valid until they expire. `always`: JWTs are
   * asked about, too, so that a revoked login ends at once, or after `cacheSeconds`.
   */
  readonly introspect?: 'keys' | 'always'
  /** How long a good answer is used again, at most 60. Default: 10. */
  readonly cacheSeconds?: number
  /** Clock difference that is forgiven. Default: 5. */
  readonly leewaySeconds?: number
  /** How long the service may take. Default: 3000. */
  readonly timeoutMs?: number
  /** `SIMPLE_JWT_USER_ID_CLAIM`. Default: `user_id`. */
  readonly userIdClaim?: string
  /** `SIMPLE_JWT_TOKEN_TYPE_CLAIM`. Default: `token_type`. */
  readonly tokenTypeClaim?: string
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** What the service offers to other Workers of the same account: its entrypoint `Auth`. */
export type AuthBinding = {
  /** The public keys (RFC 7517 §5). */
  jwks(): PromiseLike<unknown>
  /** What is known of a token or key, as RFC 7662 §2.2 answers it. */
  verify(token: string): PromiseLike<unknown>
}

/** What is read of a request; `Request` has it. */
export type GuardRequest = {
  readonly method: string
  readonly headers: { get(name: string): string | null }
  /** Its origin is our own. Left out where no proxy can be trusted to tell it. */
  readonly url?: string
}
