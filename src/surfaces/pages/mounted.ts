/** What the pages must know of the route table, which stands left of them. */
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
