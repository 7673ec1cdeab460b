/**
 * Verifies Cloudflare Turnstile's tokens (bot protection). Where Turnstile does not answer, requests that need a
 * token are answered 503: letting them pass would turn the protection off for an attacker who can slow it down.
 */
import { message } from '../i18n/message.ts'
import type { Deps } from '../deps.ts'
import type { ReadBody } from './body.ts'
import { isAllowedOrigin, type CorsSettings } from './cors.ts'
import { isTrustedOrigin, type CsrfSettings } from './csrf.ts'
import { fieldErrors, unavailable } from './errors.ts'
import type { Settings } from '../settings/parse.ts'

/** What Turnstile can guard. */
export type TurnstileAction =
  | 'login'
  | 'signup'
  | 'reset_password'
  | 'resend_email'
  | 'social_login'
  | 'change_password'

const VERIFY_URL = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'
/** The name under which Cloudflare's widget puts its token into a form. */
const FIELD = 'cf-turnstile-response'
const MAX_TOKEN_LENGTH = 2048
/** Longer, and the visitor would give up first. */
const TIMEOUT_MS = 5_000

/** Whether the action requires a token under these settings. */
export function isGuarded(
  settings: Pick<Settings, 'TURNSTILE_ACTIONS' | 'TURNSTILE_SECRET_KEY'>,
  action: TurnstileAction,
): boolean {
  return settings.TURNSTILE_SECRET_KEY !== undefined && settings.TURNSTILE_ACTIONS.includes(action)
}

/**
 * Asks Cloudflare whether a person is behind the request, where `TURNSTILE_SECRET_KEY` is set and the
 * action is guarded. The token comes in the body as the widget sends it, or in the header of that name. One that
 * was solved for another action of ours, or on another site, does not count (token farming).
 *
 * @throws ApiError 400 without a good token, 503 when Cloudflare does not answer
 */
export async function requireHuman(
  {
    deps,
    request,
  }: { readonly deps: Pick<Deps, 'settings' | 'fetch' | 'client'>; readonly request: Request },
  readBody: () => Promise<ReadBody>,
  action: TurnstileAction,
): Promise<void> {
  const secret = deps.settings.TURNSTILE_SECRET_KEY
  if (secret === undefined || !isGuarded(deps.settings, action)) return
  const token = request.headers.get(FIELD) ?? (await tokenInBody(readBody))
  if (token === '') throw fieldErrors({ [FIELD]: [message('required')] })
  const verdict =
    token.length <= MAX_TOKEN_LENGTH ? await verify(deps, { secret, response: token }) : undefined
  const isHuman =
    verdict?.success === true &&
    (verdict.action === '' || verdict.action === action) &&
    (verdict.hostname === '' || isOurs(deps.settings, request, verdict.hostname))
  if (!isHuman) throw fieldErrors({ [FIELD]: [message('token_invalid')] })
}

/** What Cloudflare says of a token; empty: nothing. */
type Verdict = {
  readonly success: boolean
  /** What the widget was asked to say. */
  readonly action: string
  /** Of the page that it stood on. */
  readonly hostname: string
}

/** The token in the body, under the name that Turnstile's script gives it. */
async function tokenInBody(readBody: () => Promise<ReadBody>): Promise<string> {
  const body = await readBody()
  const token = 'values' in body ? body.values[FIELD] : undefined
  return typeof token === 'string' ? token : ''
}

/** Asks Cloudflare whether the token is genuine, unused and for this action. */
async function verify(
  deps: Pick<Deps, 'fetch' | 'client'>,
  values: Readonly<Record<string, string>>,
): Promise<Verdict> {
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
  const textOf = (name: 'action' | 'hostname'): string => {
    const value: unknown = Object.entries(answer).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? value : ''
  }
  return {
    success: answer.success === true,
    action: textOf('action'),
    hostname: textOf('hostname'),
  }
}

/** A site that may show our widget: those listed, else the own and the trusted and allowed ones. */
function isOurs(
  settings: CorsSettings & CsrfSettings & Pick<Settings, 'PUBLIC_URL' | 'TURNSTILE_HOSTNAMES'>,
  request: Request,
  hostname: string,
): boolean {
  const { TURNSTILE_HOSTNAMES: listed, PUBLIC_URL: publicUrl } = settings
  if (listed.length > 0) return listed.includes(hostname)
  const own = [request.url, ...(publicUrl === undefined ? [] : [publicUrl])]
  const origin = `https://${hostname}`
  return (
    own.some((url) => new URL(url).hostname === hostname) ||
    isTrustedOrigin(settings, request, origin) ||
    isAllowedOrigin(settings, origin)
  )
}
