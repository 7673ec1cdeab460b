/**
 * Calls to the operator's API from its page: credentials, one refresh, one renewed proof, CSRF. Like the built-in
 * pages' `browser/api.ts`, but for the one API whose errors have codes.
 */
import { config, words } from './config.ts'
import {
  authorization,
  forgetCredentials,
  keepCredentials,
  readCredentials,
} from './credentials.ts'

/** An answer; `status` is 0 when the network failed. */
export type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Has the person prove their presence again; resolves to whether they did. */
type ProveAgain = (flows: unknown) => Promise<boolean>

let proveAgain: ProveAgain = () => Promise.resolve(false)

/** Registers what asks for that proof, so that this file need not know of dialogs. */
export function onProveAgain(ask: ProveAgain): void {
  proveAgain = ask
}

/** Calls the operator's API. An expired access token is refreshed, a stale login proved again, once each. */
export async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const url = `${config.prefix}admin/api/${path}`
  let answer = await send(method, url, { body })
  if (answer.status === 401 && (await refresh())) answer = await send(method, url, { body })
  if (!isStale(answer) || !(await proveAgain(answer.body['flows']))) return answer
  return send(method, url, { body })
}

/** Whether the API requires a recent proof. */
function isStale({ body }: Answer): boolean {
  return body['code'] === 'reauthentication_required'
}

/** Calls an endpoint without credentials: stale ones would only make it fail. */
export function callPublic(path: string, body: unknown): Promise<Answer> {
  return send('POST', `${config.prefix}${path}`, { body, headers: {} })
}

/** Calls an endpoint of the user's own API with the credentials of this page. */
export function callAsUser(method: string, path: string, body?: unknown): Promise<Answer> {
  return send(method, `${config.prefix}${path}`, { body })
}

/** Gets a new access token, if there is anything to refresh with. */
async function refresh(): Promise<boolean> {
  if (config.refresh === 'none') return false
  const { refresh: token } = readCredentials()
  const isInBody = config.refresh === 'body'
  if (isInBody && token === undefined) return false
  const answer = await callPublic('token/refresh/', isInBody ? { refresh: token } : {})
  if (answer.status === 200) keepCredentials(answer.body)
  else if (answer.status === 401) forgetCredentials()
  return answer.status === 200
}

/** Sends a request and reads its answer; a network failure is an answer with status 0. */
async function send(
  method: string,
  url: string,
  {
    body,
    headers = authorization(),
  }: { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        'Accept-Language': config.language,
        ...csrf(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const value: unknown = text === '' ? {} : JSON.parse(text)
    return { status: response.status, body: isRecord(value) ? value : {} }
  } catch {
    return { status: 0, body: {} }
  }
}

/** The CSRF header, where cookies authenticate (double submit). */
function csrf(): Readonly<Record<string, string>> {
  for (const pair of document.cookie.split('; ')) {
    const [name, value] = pair.split('=')
    if (name === config.csrf.cookie && value !== undefined) return { [config.csrf.header]: value }
  }
  return {}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The sentence for a failed answer; `undefined` where it succeeded. */
export function faultOf({ status, body }: Answer): string | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status === 0) return words.offline
  const code = String(body['code'])
  const known: Readonly<Record<string, string>> = {
    forbidden: words.forbidden,
    impersonated: words.forbidden,
    second_factor_required: words.secondFactorRequired,
    target_outranks: words.targetOutranks,
    own_account: words.ownAccount,
    not_found: words.notFound,
    conflict: words.conflict,
    throttled: words.throttledYou,
  }
  if (code !== 'invalid') return known[code] ?? words.unexpected
  const fields = JSON.stringify(body['fields'] ?? {})
  if (fields.includes('taken')) return words.taken
  if (fields.includes('unknown_group')) return words.unknownGroup
  return fields.includes('refused') ? String(body['detail']) : words.invalid
}
