import type { Deps } from '../deps.ts'
import type { ReadBody } from './body.ts'
import { fieldErrors, unavailable } from './errors.ts'

/** What Turnstile can guard. */
export type TurnstileAction = 'login' | 'signup' | 'reset_password'

const VERIFY_URL = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
/** The name under which Cloudflare's widget puts its token into a form. */
const FIELD = 'cf-turnstile-response'
const MAX_TOKEN_LENGTH = 2048
const TIMEOUT_MS = 5_000

/**
 * Asks Cloudflare whether a person is behind the request, where `TURNSTILE_SECRET_KEY` is set and the
 * action is guarded. The token comes in the body as the widget sends it, or in the header of that name.
 *
 * @throws ApiError 400 without a good token, 503 when Cloudflare does not answer
 */
export async function requireHuman(
  deps: Pick<Deps, 'settings' | 'fetch' | 'client'>,
  request: Request,
  readBody: () => Promise<ReadBody>,
  action: TurnstileAction,
): Promise<void> {
  const { TURNSTILE_SECRET_KEY: secret, TURNSTILE_ACTIONS: guarded } = deps.settings
  if (secret === undefined || !guarded.includes(action)) return
  const token = request.headers.get(FIELD) ?? (await tokenInBody(readBody))
  if (token === '') throw fieldErrors({ [FIELD]: ['This field is required.'] })
  const isHuman =
    token.length <= MAX_TOKEN_LENGTH && (await verify(deps, { secret, response: token }))
  if (!isHuman) throw fieldErrors({ [FIELD]: ['Invalid or expired token.'] })
}

async function tokenInBody(readBody: () => Promise<ReadBody>): Promise<string> {
  const body = await readBody()
  const token = 'values' in body ? body.values[FIELD] : undefined
  return typeof token === 'string' ? token : ''
}

async function verify(
  deps: Pick<Deps, 'fetch' | 'client'>,
  values: Readonly<Record<string, string>>,
): Promise<boolean> {
  const form = new URLSearchParams(values)
  if (deps.client.address !== '') form.set('remoteip', deps.client.address)
  let answer: unknown
  try {
    const response = await deps.fetch(VERIFY_URL, {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    answer = await response.json()
  } catch (error) {
    throw unavailable(error)
  }
  if (typeof answer !== 'object' || answer === null || !('success' in answer)) {
    throw unavailable()
  }
  return answer.success === true
}
