/** What the service said of a refused request, as one text. */
export function messageOf(error: unknown): string {
  const data: unknown = error instanceof Error && 'data' in error ? error.data : undefined
  if (typeof data !== 'object' || data === null) return 'The service did not answer.'
  return Object.values(data).flat().join(' ')
}

/** Posts to an endpoint that nuxt-auth has no name for. */
export async function post(path: string, body: Record<string, string>): Promise<string> {
  const { baseURL } = useRuntimeConfig().public.auth
  const url = baseURL.replace(/\/*$/, '/') + path
  const answer = await $fetch<{ detail: string }>(url, { method: 'POST', body })
  return answer.detail
}
