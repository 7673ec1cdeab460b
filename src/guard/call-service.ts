/** Requests of the guard to the service, with a deadline: an API must not hang with its auth service. */
import type { GuardOptions } from './options.ts'

/** JSON of the service, over the network; anything but 200 throws. Redirects are not followed: it never sends any. */
export async function callService(
  { auth, timeoutMs, fetch: send = fetch }: GuardOptions,
  path: string,
  init?: RequestInit,
): Promise<unknown> {
  const url = `${String(auth).replace(/\/?$/, '/')}${path}`
  const signal = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)
  const response = await send(url, { ...init, redirect: 'manual', signal })
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}.`)
  return response.json()
}

/** How long the service may take, by default. */
export const TIMEOUT_MS = 3_000
