/** What a libSQL server was asked, as far as tests that answer in its place look at it. */
export type Pipeline = {
  readonly requests: readonly {
    readonly type: string
    readonly batch?: { readonly steps: readonly unknown[] }
  }[]
}

/** As sqld answers a call that SQLite refuses: of a batch, its first step says so. */
export function refusedBySqlite(
  { requests }: Pipeline,
  error: { readonly code: string; readonly message: string },
): Response {
  const results = requests.map(({ type, batch }) => {
    if (type === 'execute') return { type: 'error', error }
    if (batch === undefined) return { type: 'ok', response: { type } }
    const nothing = batch.steps.map(() => null)
    const result = { step_results: nothing, step_errors: [error, ...nothing.slice(1)] }
    return { type: 'ok', response: { type, result } }
  })
  return Response.json({ baton: null, base_url: null, results })
}
