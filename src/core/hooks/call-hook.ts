/**
 * Calls one hook: the deployment's own function, or a URL with a signed request, within a deadline, and reads its
 * verdict strictly. A hook that fails is treated as its `onFailure` says: allow (availability) or deny (security).
 */
import { hex } from '../../crypto.ts'
import { errorClass } from '../../deps.ts'
import type { Denied, Hook } from '../../hooks.ts'
import { CLIENT_CLAIM } from '../../settings/jwt-clients.ts'
import type { HookName, RemoteHook } from '../../settings/hooks.ts'
import type { Settings } from '../../settings/parse.ts'
import { reservedClaims } from '../../settings/reserved-claims.ts'
import { signWebhook } from '../../webhook-signature.ts'
import type { HookDeps } from './hook-deps.ts'

/** The settings that name claims of our own. */
type ReservedClaims = Pick<
  Settings,
  | 'HOOKS'
  | 'JWT_AUTH_METHOD_CLAIMS'
  | 'JWT_CLAIMS_MAX_BYTES'
  | 'JWT_CLIENTS'
  | 'SIMPLE_JWT_JTI_CLAIM'
  | 'SIMPLE_JWT_REVOKE_TOKEN_CLAIM'
  | 'SIMPLE_JWT_TOKEN_TYPE_CLAIM'
  | 'SIMPLE_JWT_USER_ID_CLAIM'
>

/** A verdict is small; more is not read. */
const MAX_ANSWER_BYTES = 16_384
const TIMEOUT_MS = 1_000

/**
 * Asks a hook in code, then one over HTTP: the first refusal counts, of what they set and claim the last. A hook that
 * fails or is late is as its `onFailure` says: `allowed`, or `down`.
 */
export async function callHook<Verdict extends Denied | { readonly allow: true }>(
  deps: HookDeps,
  name: HookName,
  {
    event,
    local,
  }: {
    readonly event: Readonly<Record<string, unknown>>
    readonly local: Hook<never, Verdict> | undefined
  },
): Promise<Verdict | 'allowed' | 'down'> {
  const remote = deps.settings.HOOKS[name]
  let last: Verdict | 'allowed' = 'allowed'
  for (const hook of [local && ofCode(local), remote && ofUrl(deps, name, remote)]) {
    if (hook === undefined) continue
    const verdict = await runWithDeadline(deps, name, { hook, event })
    if (verdict === 'down') return 'down'
    // A hook of ours to run answers what its type says, one of others' is read for it.
    if (verdict !== 'allowed') last = verdict as Verdict
    if (verdict !== 'allowed' && !verdict.allow) return last
  }
  return last
}

/** A hook, whether it is a function or a URL. */
type Asked = {
  readonly run: (event: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>
  readonly timeoutMs: number
  readonly onFailure: 'allow' | 'deny'
}

/** A hook in code. */
function ofCode<Verdict>({ run, onFailure, timeoutMs = TIMEOUT_MS }: Hook<never, Verdict>): Asked {
  return { run: async (event) => run(event as never), onFailure, timeoutMs }
}

/** A hook over HTTP: a signed request (Standard Webhooks), or a service binding of the same account. */
function ofUrl(deps: HookDeps, name: HookName, hook: RemoteHook): Asked {
  const onFailure = hook.onFailure === 'allow' ? 'allow' : 'deny'
  return {
    timeoutMs: hook.timeoutMs,
    onFailure,
    run: async (data, signal) => {
      const body = JSON.stringify({ type: name, timestamp: deps.now.toISOString(), data })
      const id = `hook_${hex(deps.randomBytes(16))}`
      const signed = await signWebhook({ id, body, now: deps.now }, hook.secrets)
      const send = hook.binding === undefined ? deps.fetch : deps.bound?.(hook.binding)
      if (send === undefined) throw new Error('The binding is not there.')
      const url = hook.binding === undefined ? hook.url : `https://hook.internal/${name}`
      const response = await send(url, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json', ...signed },
        redirect: 'manual',
        signal,
      })
      if (response.status === 200) return JSON.parse(await readBounded(response)) as unknown
      await response.body?.cancel()
      throw new Error(`The hook answers ${response.status}.`)
    },
  }
}

/** A body as text, never more of it than the bound: a hook of others' may send without an end. */
async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const reader = response.body?.getReader()
  let text = ''
  let length = 0
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > MAX_ANSWER_BYTES) {
      await reader?.cancel()
      throw new Error('The hook answers too much.')
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

type PlainVerdict = { readonly allow: boolean; readonly message?: string }

/** Runs a hook within its deadline; a failure is what `onFailure` says. */
async function runWithDeadline(
  { log }: HookDeps,
  name: HookName,
  {
    hook: { run, timeoutMs, onFailure },
    event,
  }: { readonly hook: Asked; readonly event: Readonly<Record<string, unknown>> },
): Promise<PlainVerdict | 'allowed' | 'down'> {
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late.abort()
      reject(new DOMException('The hook is late.', 'TimeoutError'))
    }, timeoutMs)
  })
  try {
    const verdict = await Promise.race([run(event, late.signal), deadline])
    if (isVerdict(verdict)) return verdict
    throw new TypeError('The hook says neither yes nor no.')
  } catch (error) {
    const done = onFailure === 'allow' ? 'allowed' : 'down'
    log({ level: 'error', event: 'hook_failed', hook: name, error: errorClass(error), done })
    return done
  } finally {
    clearTimeout(timer)
  }
}

/** Whether an answer is a verdict. Nothing else allows anything. */
function isVerdict(value: unknown): value is PlainVerdict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'allow' in value &&
    typeof value.allow === 'boolean'
  )
}

/** Claims that a hook gives, as many as `JWT_CLAIMS_MAX_BYTES` lets through; none in the place of ours. */
export function claimsOf(
  settings: ReservedClaims,
  claims: unknown,
): Readonly<Record<string, unknown>> {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return {}
  const own = new Set([
    ...reservedClaims(settings),
    // Whom a token names is never a hook's to say.
    'sub',
    settings.SIMPLE_JWT_USER_ID_CLAIM,
    settings.SIMPLE_JWT_TOKEN_TYPE_CLAIM,
    settings.SIMPLE_JWT_JTI_CLAIM,
    settings.SIMPLE_JWT_REVOKE_TOKEN_CLAIM,
    ...(settings.JWT_CLIENTS.length === 0 ? [] : [CLIENT_CLAIM]),
  ])
  const kept = Object.fromEntries(Object.entries(claims).filter(([name]) => !own.has(name)))
  const bytes = new TextEncoder().encode(JSON.stringify(kept)).length
  return bytes <= settings.JWT_CLAIMS_MAX_BYTES ? kept : {}
}
