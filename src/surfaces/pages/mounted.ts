/**
 * What pages may know of the table of endpoints. It belongs to another surface, which they may not import;
 * `surfaces.ts` hands it in.
 */

/** The endpoints and providers that are mounted. */
export type RouteSummary = {
  /** Paths under `URL_PREFIX`, with their methods and what they do. */
  readonly endpoints: () => Promise<readonly EndpointSummary[]>
  readonly social: readonly ProviderSummary[]
}

/** One method of an endpoint. */
type EndpointSummary = {
  readonly path: string
  readonly method: string
  readonly summary: string
}

/** A provider with an app, whose logins begin at `<path>authorize/` and end at `<path>`. */
export type ProviderSummary = {
  /** In URLs of the pages. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly callbackUrls: readonly string[]
}
