/** What the pages must know of the route table, which stands left of them. */
export type Mounted = {
  /** Paths under `URL_PREFIX`, with their methods and what they do. */
  readonly endpoints: () => Promise<readonly MountedEndpoint[]>
  readonly social: readonly MountedProvider[]
}

/** One method of an endpoint. */
type MountedEndpoint = {
  readonly path: string
  readonly method: string
  readonly summary: string
}

/** A provider with an app, whose logins begin at `<path>authorize/` and end at `<path>`. */
export type MountedProvider = {
  /** In URLs of the pages. */
  readonly id: string
  readonly name: string
  readonly path: string
  readonly callbackUrls: readonly string[]
}
