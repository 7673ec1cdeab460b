/**
 * How an endpoint is declared. One object holds everything that is known about it: access, throttle, cookies,
 * methods, fields, answers. Requests are served from it (`serve-route.ts`), and `OPTIONS`, the OpenAPI document,
 * the typed client's types and the tests' table of routes are derived from it, so that none of them can disagree.
 * DRF spreads the same over a view, a serializer and its permission classes.
 */
import type { OwnInput } from '../../core/users/read-own-fields.ts'
import type { CallerColumn } from '../../core/users/users.sql.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Caller, UserCaller } from '../../web/authentication.ts'
import type { Body, ReadBody } from '../../web/body.ts'
import type { CookieUse } from '../../web/cookie-trust.ts'
import type { FieldErrors } from '../../web/errors.ts'
import type { TurnstileAction } from '../../web/turnstile.ts'
import type { Fields, FieldValues, ValuesOf } from './fields.ts'
import type { Method } from './methods.ts'

/** What a handler answers. No body: 204 and other empty answers. */
export type Reply = {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** `Set-Cookie` values. */
  readonly cookies?: readonly string[]
}

/** What a handler knows of its request; the caller as exactly as the route's `access` tells. */
export type Context<KnownCaller extends Caller = Caller> = {
  readonly deps: Deps
  readonly request: Request
  readonly caller: KnownCaller
  /** Parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>
  readonly cookies: Readonly<Record<string, string>>
  /** What the body gives for own fields, where the method takes them. */
  readonly own: OwnInput
  /** The body, read once; the first call reads. Throws ApiError 400, 413, 415. */
  readonly readBody: () => Promise<ReadBody>
}

/** The context of a route whose `access` is `authenticated`. */
export type UserContext = Context<UserCaller>

/** An answer for the description of the API. */
export type ResponseDescription = {
  readonly description: string
  /** JSON Schema of the body; absent: no body. */
  readonly schema?: Readonly<Record<string, unknown>>
  /** Such a body, where the schema alone would give a dull one. */
  readonly example?: unknown
}

/** Whether a route needs an authenticated caller (DRF: `AllowAny`, `IsAuthenticated`). */
type Access = 'anyone' | 'authenticated'

/** One method of an endpoint, as the surface serves and describes it. */
export type MethodDefinition = {
  readonly summary: string
  /** The method exists only under these settings; otherwise it answers 405. */
  readonly when?: (settings: Settings) => boolean
  /**
   * Fields of the body; absent: the body is not read for the handler. Called with the body where one of
   * two forms is sent (Twitter's pair or a code); without it, for descriptions. PATCH misses no field.
   */
  readonly input?: (settings: Settings, body?: Body) => Fields
  /** Whether the body may also carry the fields that `USER_FIELDS` declares; they arrive as `context.own`. */
  readonly takesOwnFields?: boolean
  /** The same of those that are there: which are missing is the operation's to say, where it makes an account. */
  readonly takesGivenFields?: (settings: Settings) => boolean
  /** Fields for the description alone, where the handler reads the body by itself (logout). */
  readonly described?: (settings: Settings) => Fields | undefined
  /** Fields that `OPTIONS` describes although the body is never read. */
  readonly metadata?: (settings: Settings) => Fields
  /** Checks that precede any fault of the body. Throws ApiError. */
  readonly before?: (context: Context) => void
  /** Whether `OPTIONS` shows the fields only to callers that `before` admits (DRF: `get_object` of a PUT). */
  readonly isDescribedByOwner?: boolean
  /** Further messages on valid fields when another field was invalid, so that a client gets all of them at once. */
  readonly moreErrors?: (context: Context, values: FieldValues) => Promise<FieldErrors>
  /** Whether it requires a recent proof of the caller (`reauthenticate/`): 403 without one, before the body is read. */
  readonly recentProof?: (settings: Settings) => boolean
  /** The action of Turnstile's token, where Turnstile is on: a token solved for another form is rejected. */
  readonly turnstile?: TurnstileAction
  readonly responses: (settings: Settings) => Readonly<Record<number, ResponseDescription>>
  readonly handle: (context: Context, values: FieldValues) => Promise<Reply> | Reply
  /**
   * Answers before authentication, where the operation's own statement checks the caller. `undefined`: nothing was
   * done, and the request is served in the usual order.
   */
  readonly shortcut?: (deps: Deps, request: Request) => Promise<Reply | undefined>
}

/**
 * One method as it is declared. TypeScript learns the fields from `input`, whose parameter therefore carries
 * its type, the settings that it reads: `input: (settings: Pick<Settings, 'USE_JWT'>) => …`.
 */
type MethodOptions<Name, RouteAccess, Input> = Omit<
  MethodDefinition,
  'input' | 'before' | 'moreErrors' | 'handle'
> & {
  readonly before?: (context: Context<CallerOf<RouteAccess>>) => void
  readonly input?: (settings: Settings, body?: Body) => Input & Fields
  readonly moreErrors?: (
    context: Context<CallerOf<RouteAccess>>,
    values: Partial<ValuesOf<Input>>,
  ) => Promise<FieldErrors>
  readonly handle: (
    context: Context<CallerOf<RouteAccess>>,
    values: Name extends 'PATCH' ? Partial<ValuesOf<Input>> : ValuesOf<Input>,
  ) => Promise<Reply> | Reply
}

/** The caller that a handler sees: with `authenticated` one that has a `user`. */
type CallerOf<RouteAccess> = RouteAccess extends 'authenticated' ? UserCaller : Caller

/** An endpoint: who may call it, what it takes and gives, and what it does. */
export type Route = {
  /** As upstream's view is named in `OPTIONS`. */
  readonly name: string
  readonly description: string
  /** The same where another view of upstream's serves the URL under some settings. */
  readonly named?: (
    settings: Settings,
    path: string,
  ) => Promise<{ readonly name: string; readonly description: string } | undefined>
  /** Where the setting is off, the URL does not exist. */
  readonly when?: (settings: Settings) => boolean
  readonly access: (settings: Settings, method?: string) => Access
  /** A further check of a caller that `access` admits (DRF: permissions beyond `IsAuthenticated`). */
  readonly permits?: (settings: Settings, caller: UserCaller) => boolean
  /** `none`: credentials are not even looked at (simplejwt's views). */
  readonly authentication: 'default' | 'none'
  /**
   * What the endpoint does with cookies. `logs_in`: it sets those of a login, so a page of another origin may
   * not call it for its visitor. `logs_out`: it acts on them, so they need their CSRF token even though
   * anyone may call, and a page of another origin may not call it, either.
   */
  readonly cookieUse: CookieUse
  /** Whether calls count in DRF's scope `dj_rest_auth`. */
  readonly isThrottled: (settings: Settings) => boolean
  /** Whether the state of the caller's proof is read with the caller where no method asks for it. */
  readonly readsProof?: boolean
  /** It shows or does what only the owner may, of second factors or leaving: not for staff that acts as the owner. */
  readonly isForOwnerAlone?: boolean
  /** A further column of the query that finds the caller, by `"users"."id"`: `caller.column` is its text. */
  readonly callerColumn?: CallerColumn | ((settings: Settings) => CallerColumn | undefined)
  /** The `Allow` header where it is not simply the methods (upstream's quirks). */
  readonly allow?: readonly string[]
  readonly methods: Readonly<Partial<Record<Method, MethodDefinition>>>
}

/** What a declaration gives: the route, with each method typed by its own `input`. */
type RouteOptions<RouteAccess, Inputs> = Pick<
  Route,
  | 'name'
  | 'named'
  | 'when'
  | 'allow'
  | 'callerColumn'
  | 'readsProof'
  | 'isForOwnerAlone'
  | 'permits'
> &
  Partial<Pick<Route, 'description' | 'authentication' | 'cookieUse'>> & {
    readonly access: RouteAccess
    readonly isThrottled: boolean | Route['isThrottled']
    readonly methods: {
      readonly [Name in keyof Inputs]: MethodOptions<Name, RouteAccess, Inputs[Name]>
    }
  }

/**
 * Declares an endpoint. A handler's `values` have the type that `input` declares, its caller that of `access`:
 * with `authenticated`, `context.caller.user` is there.
 */
export function defineRoute<
  const RouteAccess extends Access | Route['access'],
  Inputs extends Partial<Record<Method, unknown>>,
>(options: RouteOptions<RouteAccess, Inputs>): Route {
  const { isThrottled } = options
  const access: Access | Route['access'] = options.access
  return {
    description: '',
    authentication: 'default',
    cookieUse: 'identifies',
    ...options,
    access: typeof access === 'function' ? access : () => access,
    isThrottled: typeof isThrottled === 'function' ? isThrottled : () => isThrottled,
    // `serveRoute` lets a handler see only callers that `access` lets in and values of its own `input`.
    methods: options.methods as Route['methods'],
  }
}
