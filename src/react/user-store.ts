/** The user as a store for React's `useSyncExternalStore`: loaded once, kept in step with other tabs. */
import type { Client, Failure, User } from '../client/client.ts'

/** Who is signed in, as far as this page knows. */
export type AuthState =
  /** Not answered yet; a server that was given no user renders this, too. */
  | { readonly status: 'loading'; readonly user: undefined }
  | { readonly status: 'signed_in'; readonly user: User }
  | { readonly status: 'signed_out'; readonly user: null }
  /** The service could not say: it is offline, or answers with a fault. `reload` asks again. */
  | { readonly status: 'unavailable'; readonly user: undefined; readonly error: Failure }

/** The state of one client, for everyone on a page who asks. */
export type UserStore = {
  readonly read: () => AuthState
  /** What a server renders, and a browser first: both must be the same. */
  readonly readFirst: () => AuthState
  /** The first listener asks the service; the last one gone, nothing is listened to any more. */
  readonly subscribe: (listener: () => void) => () => void
  /** Asks the service who is signed in. */
  readonly reload: () => Promise<void>
  /** Takes an account that a call has just answered. */
  readonly setUser: (user: User | null) => void
  readonly login: Client['login']
}

const LOADING: AuthState = { status: 'loading', user: undefined }

/**
 * Makes the state of a client. With an account, or `null` for signed out, that is known already, no request is sent.
 */
export function createUserStore(client: Client, known: User | null | undefined): UserStore {
  const first = known === undefined ? LOADING : stateOf(known)
  const listeners = new Set<() => void>()
  let state = first
  let stop: (() => void) | undefined
  /** Counts what was set, so that an answer that comes late says nothing. */
  let version = 0
  let isEntering = false
  let isFinding = false

  const set = (next: AuthState): void => {
    version += 1
    state = next
    for (const listener of listeners) listener()
  }
  const setUser: UserStore['setUser'] = (user) => {
    set(stateOf(user))
  }
  const reload: UserStore['reload'] = async () => {
    version += 1
    const asked = version
    const answered = await client.user()
    if (asked !== version) return
    if (answered.ok) setUser(answered.value)
    else if (isNobody(answered.error)) setUser(null)
    // A user who was signed in before an error counts as signed in until the service says otherwise.
    else if (state.status === 'loading' || state.status === 'unavailable') {
      set({ status: 'unavailable', user: undefined, error: answered.error })
    }
  }
  return {
    read: () => state,
    readFirst: () => first,
    reload,
    setUser,
    subscribe: (listener) => {
      listeners.add(listener)
      stop ??= client.subscribe((next) => {
        if (next === 'logged_out') setUser(null)
        else if (!isEntering) void reload()
      })
      if (state.status === 'loading' && !isFinding) {
        isFinding = true
        void reload().finally(() => {
          isFinding = false
        })
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
    login: async (input) => {
      // Its answer holds the account: it need not be requested again.
      isEntering = true
      const answered = await client.login(input).finally(() => {
        isEntering = false
      })
      if (answered.ok) setUser(answered.value)
      return answered
    },
  }
}

function stateOf(user: User | null): AuthState {
  return user === null ? { status: 'signed_out', user } : { status: 'signed_in', user }
}

/** Both say that no credentials came along that count; which of them depends on the schemes that are on. */
function isNobody({ kind }: Failure): boolean {
  return kind === 'unauthenticated' || kind === 'forbidden'
}
