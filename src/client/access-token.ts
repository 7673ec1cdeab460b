/** The client's call for an access token that other services accept, refreshed where it is about to expire. */
import { renewalOf, renewing } from './renewal.ts'
import { failureOf, type Result } from './result.ts'
import type { Session } from './session.ts'
import type { TokenStore, Tokens } from './storage.ts'

type Source = {
  readonly mode: 'token' | 'jwt' | 'cookie'
  readonly store: TokenStore
  readonly session: Session
  /** Called when another user may be logged in. */
  readonly subscribe: (listener: () => void) => unknown
}

/** Makes `accessToken`: the stored token while it is valid, otherwise a refreshed one. */
export function accessTokenCall(source: Source): () => Promise<Result<string>> {
  const { mode, store, session, subscribe } = source
  /** In cookie mode, where nothing is stored. */
  let held: Tokens = {}
  let isListening = false
  return async () => {
    const { key, access, renewAt, refresh } = mode === 'cookie' ? held : await store.read()
    const token = mode === 'token' ? key : access
    if (token !== undefined && (mode === 'token' || isGood(token, renewAt))) {
      return { ok: true, value: token }
    }
    if (mode === 'token' || (mode === 'jwt' && refresh === undefined)) return ANONYMOUS
    const refreshed = await refreshResult(session)
    if (!refreshed.ok) return refreshed
    const { value } = refreshed
    if (value === undefined) return ANONYMOUS
    if (mode === 'cookie') {
      held = { access: value, ...renewing(value) }
      if (!isListening) {
        subscribe(() => {
          held = {}
        })
      }
      isListening = true
    }
    return { ok: true, value }
  }
}

const ANONYMOUS = {
  ok: false,
  error: { kind: 'unauthenticated', message: 'Nobody is logged in.' },
} as const

function isGood(access: string, renewAt: number | undefined): boolean {
  if (renewAt !== undefined) return Date.now() < renewAt
  return renewalOf(access, 0) === undefined
}

/** Refreshes, even if a kept token is still valid. */
export async function refreshResult(session: Session): Promise<Result<string | undefined>> {
  try {
    const outcome = await session.refresh()
    if (outcome.kind === 'refreshed') return { ok: true, value: outcome.access }
    const error = failureOf<never>(outcome.answered)
    return error === undefined ? { ok: true, value: undefined } : { ok: false, error }
  } catch (cause) {
    return { ok: false, error: { kind: 'unreachable', cause } }
  }
}
