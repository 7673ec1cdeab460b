/** Said without the field's name: `code` is the only field of its form. */
const WHOLE = ['non_field_errors', 'detail', 'code']

/** What the service said of a refused request, as one text: a used link is a fault of `uid`, `token` or `key`. */
export function messageOf(error: unknown, shown: readonly string[] = []): string {
  const data: unknown = error instanceof Error && 'data' in error ? error.data : undefined
  if (typeof data !== 'object' || data === null) {
    return 'The service did not answer. Try again in a moment.'
  }
  return (
    Object.entries(data)
      // A `code` that is a word, not a list, is for programs.
      .filter(
        ([name, messages]) =>
          !shown.includes(name) && !(name === 'code' && !Array.isArray(messages)),
      )
      .flatMap(([name, messages]) =>
        [messages]
          .flat()
          .map((message) => (WHOLE.includes(name) ? message : `${name}: ${message}`)),
      )
      .join(' ')
  )
}

/** What it said of one field. */
export function fieldMessageOf(error: unknown, name: string): string {
  const data: unknown = error instanceof Error && 'data' in error ? error.data : undefined
  if (typeof data !== 'object' || data === null) return ''
  return [Reflect.get(data, name) ?? []].flat().join(' ')
}

/** Posts to an endpoint that nuxt-auth has no name for. */
export async function send<Answer>(path: string, body: Record<string, string>): Promise<Answer> {
  const { baseURL } = useRuntimeConfig().public.auth
  return $fetch<Answer>(baseURL.replace(/\/*$/, '/') + path, { method: 'POST', body })
}

/** The same, where the answer is a sentence. */
export async function post(path: string, body: Record<string, string>): Promise<string> {
  const { detail } = await send<{ detail: string }>(path, body)
  return detail
}
