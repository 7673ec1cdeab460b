/** What a page is: a path and what serves it. */
import type { Deps } from '../deps.ts'

/** Something served that is no endpoint of the API: HTML for people, key sets, health. */
export type Page = {
  /** Whole path, `:name` for parts. */
  readonly path: string
  readonly methods?: readonly ('GET' | 'POST' | 'PATCH' | 'DELETE')[]
  readonly serve: (
    deps: Deps,
    request: Request,
    params: Readonly<Record<string, string>>,
  ) => Promise<Response> | Response
}
