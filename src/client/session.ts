/**
 * How the client stays logged in: by cookies, by an auth token, or by a JWT pair in a storage that the application
 * chooses.
 */
import { renewing } from './renewal.ts'
import { readAnswer, textOf, type Answered } from './result.ts'
import type { TokenStore, Tokens } from './storage.ts'

/**
 * How the service is set up: `token` (`USE_JWT` off), `jwt` (JWT in headers, `JWT_AUTH_HTTPONLY` off), or
 * `cookie` (JWT or session cookies that scripts cannot read).
 */
export type Mode = 'token' | 'jwt' | 'cookie'

/** What sending authenticated requests needs. */
export type SessionOptions = {
  readonly mode: Mode
  readonly store: TokenStore
  /** Absolute URL of the refresh endpoint. */
  readonly refreshUrl: string
  readonly clientId: string | undefined
  readonly fetch: typeof fetch
  readonly csrf: { readonly cookie: string; readonly header: string }
  /** Called when a session cannot be kept alive any longer. */
  readonly onEnd: () => void
}

/** Sends requests, with credentials or without, and keeps the credentials fresh. */
export type Session = {
  /** As it is, plus cookies in cookie mode. */
  readonly send: (url: string, init: RequestInit) => Promise<Response>
  /** With credentials; where they turn out to be too old, once more with fresh ones. */
  readonly sendAuthenticated: (url: string, init: RequestInit) => Promise<Response>
  /** Trades the refresh token for an access token; all who ask meanwhile share one request. */
  readonly refresh: () => Promise<RefreshOutcome>
}

/** `ended`: the refresh token is no good. `failed`: the service could not say. Unreachable: a rejection. */
type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly access: string | undefined }
  | { readonly kind: 'ended'; readonly answered: Answered }
  | { readonly kind: 'failed'; readonly answered: Answered }

/** Opens a session over a token store. */
export function createSession(options: SessionOptions): Session {
  const { mode, store } = options
  const send = senderOf(options)
  let refreshing: Promise<RefreshOutcome> | undefined

  const sendWith = (tokens: Tokens, url: string, init: RequestInit): Promise<Response> => {
    const authorization = authorizationOf(mode, tokens)
    if (authorization === undefined) return send(url, init)
    const headers = new Headers(init.headers)
    headers.set('Authorization', authorization)
    return send(url, { ...init, headers })
  }

  const refresh: Session['refresh'] = () => {
    refreshing ??= refreshOnce(options, send).finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  return {
    send,
    refresh,
    sendAuthenticated: async (url, init) => {
      const tokens = await store.read()
      const response = await sendWith(tokens, url, init)
      if (response.status !== 401 || !canRefresh(mode, tokens)) return response
      // Another tab may have refreshed since: then its token is tried first.
      const now = await store.read()
      const isOutdated = mode === 'jwt' && now.access !== tokens.access && now.access !== undefined
      if (!isOutdated && (await refresh()).kind !== 'refreshed') return response
      await response.body?.cancel()
      return sendWith(await store.read(), url, init)
    },
  }
}

/** Sends without credentials, but for cookies in cookie mode. */
function senderOf(options: SessionOptions): Session['send'] {
  return (url, init) => {
    if (options.mode !== 'cookie') return options.fetch(url, init)
    return options.fetch(url, {
      ...init,
      credentials: 'include',
      headers: withCsrf(options, init),
    })
  }
}

function canRefresh(mode: Mode, tokens: Tokens): boolean {
  return mode === 'cookie' || (mode === 'jwt' && tokens.refresh !== undefined)
}

function authorizationOf(mode: Mode, { key, access }: Tokens): string | undefined {
  if (mode === 'token') return key === undefined ? undefined : `Token ${key}`
  return mode === 'cookie' || access === undefined ? undefined : `Bearer ${access}`
}

/** One request for all tabs that share a storage, where the browser has locks. */
async function refreshOnce(
  options: SessionOptions,
  send: Session['send'],
): Promise<RefreshOutcome> {
  const before = await options.store.read()
  const trade = (): Promise<RefreshOutcome> => tradeRefreshToken(options, send, before)
  const { navigator }: { readonly navigator?: { readonly locks?: LockManager } } = globalThis
  if (navigator?.locks === undefined) return trade()
  return navigator.locks.request(`rest-auth-refresh ${options.refreshUrl}`, trade)
}

async function tradeRefreshToken(
  { mode, store, refreshUrl, clientId, onEnd }: SessionOptions,
  send: Session['send'],
  before: Tokens,
): Promise<RefreshOutcome> {
  const tokens = await store.read()
  if (tokens.access !== before.access && tokens.access !== undefined) {
    return { kind: 'refreshed', access: tokens.access }
  }
  const body = asClient(clientId, mode === 'cookie' ? {} : { refresh: tokens.refresh })
  const answered = await readAnswer(await send(refreshUrl, jsonRequest('POST', body)))
  const { response } = answered
  if (response.status === 401) {
    await store.clear()
    onEnd()
    return { kind: 'ended', answered }
  }
  if (!response.ok) return { kind: 'failed', answered }
  const access = textOf(answered.body, 'access')
  if (mode === 'jwt' && access !== undefined) {
    const rotated = textOf(answered.body, 'refresh')
    const { renewAt: _, ...kept } = tokens
    await store.write({
      ...kept,
      access,
      ...renewing(access),
      ...(rotated === undefined ? {} : { refresh: rotated }),
    })
  }
  return { kind: 'refreshed', access }
}

/** A body that names the client; one that names another by itself goes first. */
export function asClient(clientId: string | undefined, body: unknown): unknown {
  return clientId === undefined ? body : { client_id: clientId, ...Object(body) }
}

/** A request with a JSON body; none where `body` is absent. */
export function jsonRequest(method: string, body?: unknown): RequestInit {
  if (body === undefined) return { method, headers: { Accept: 'application/json' } }
  return {
    method,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** The CSRF cookie's value as a header, where a script can read it: on the service's own domain. */
function withCsrf({ csrf }: SessionOptions, init: RequestInit): Headers {
  const headers = new Headers(init.headers)
  if (SAFE_METHODS.includes((init.method ?? 'GET').toUpperCase())) return headers
  const { document }: { readonly document?: { readonly cookie?: string } } = globalThis
  const pairs = document?.cookie?.split('; ') ?? []
  const pair = pairs.find((one) => one.startsWith(`${csrf.cookie}=`))
  if (pair !== undefined) headers.set(csrf.header, pair.slice(csrf.cookie.length + 1))
  return headers
}
