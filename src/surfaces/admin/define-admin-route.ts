/**
 * How an endpoint of the operator's API is declared. Like `rest-auth/define-route.ts`, for an API of ours: JSON
 * alone, errors as codes, a scope for each route, unknown fields refused.
 */
import type { AdminCaller } from '../../core/operator/caller.ts'
import type { Target } from '../../core/operator/target.sql.ts'
import type { Deps } from '../../deps.ts'
import type { AdminScope } from '../../settings/admin-scopes.ts'
import type { InputFields, InputValues } from './input.ts'

/** What a handler answers. No body: 204. */
export type AdminReply = { readonly status?: number; readonly body?: unknown }

/** What a handler knows of its request. */
type AdminContext = {
  readonly deps: Deps
  readonly caller: AdminCaller
  readonly request: Request
  /** The number in the path, where it has one. */
  readonly id: number
}

/** The same where the path names an account. */
type TargetContext = AdminContext & { readonly target: Target }

/**
 * What a route does with the account in its path: staff may look at peers, but not act on or as accounts with more
 * rights than their own (privilege escalation). See `actRefusal`.
 */
export type TargetUse = 'none' | 'looked_at' | 'acted_on' | 'acted_as'

/** One method of one path, as it is served and described. */
export type AdminRoute = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Under `admin/api/`; `:id` is a number, behind `users/` that of an account. */
  readonly path: string
  readonly summary: string
  /** `superuser`: no scope is enough. `any`: everyone who may come in. */
  readonly scope: AdminScope | 'superuser' | 'any'
  readonly target: TargetUse
  /** Of the query for GET and DELETE, else of the body. */
  readonly input: InputFields
  /** Name of a schema of `schemas.ts`, or nothing for 204. */
  readonly answers: string | undefined
  readonly status: number
  readonly handle: (context: TargetContext, values: never) => Promise<AdminReply>
}

/** What a declaration gives; `handle` sees the values of its own fields. */
type Options<Fields, Use> = Pick<AdminRoute, 'method' | 'path' | 'summary' | 'scope'> & {
  readonly target?: Use
  readonly input?: Fields & InputFields
  readonly answers?: string
  readonly status?: number
  readonly handle: (
    context: Use extends 'none' ? AdminContext : TargetContext,
    values: Fields extends InputFields ? InputValues<Fields> : unknown,
  ) => Promise<AdminReply>
}

/**
 * Declares an endpoint; the handler's values have the types of its fields, and `target` is there where the path
 * names an account.
 */
export function adminRoute<
  const Fields extends InputFields = InputFields,
  Use extends TargetUse = 'none',
>(options: Options<Fields, Use>): AdminRoute {
  return {
    ...options,
    target: options.target ?? 'none',
    input: options.input ?? {},
    answers: options.answers,
    status: options.status ?? (options.answers === undefined ? 204 : 200),
    // `serve.ts` hands over values of this very `input`, and an account where `target` asks for one.
    handle: options.handle,
  }
}
