import type { Client, Failure, User } from '../client/client.ts'

/** Who is signed in, as far as this page knows. */
export type AuthState =
  /** Nobody has answered yet; a server that was told no user renders this, too. */
  | { readonly status: 'loading'; readonly user: undefined }
  | { readonly status: 'signed_in'; readonly user: User }
  | { readonly status: 'signed_out'; readonly user: null }
  /** The service could not say: it is offline, or answers with a fault. `reload` asks again. */
  | { readonly status: 'unavailable'; readonly user: undefined; readonly error: Failure }

/** The state of one client, for everybody on a page who asks. */
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

/** Makes the state of a client. With an account, or `null` for nobody, that is known already, nothing is asked. */
export function createUserStore(client: Client, known: User | null | undefined): UserStore {
  const first = known === undefined ? LOADING : stateOf(known)
  const held = holdState(first)
  const reload = reloadingOf(client, held)
  let stop: (() => void) | undefined
  const find = oneAtATime(reload)
  let isEntering = false

  const setUser: UserStore['setUser'] = (user) => {
    held.set(stateOf(user))
  }
  return {
    read: held.read,
    readFirst: () => first,
    reload,
    setUser,
    subscribe: (listener) => {
      held.listeners.add(listener)
      stop ??= client.subscribe((told) => {
        if (told === 'logged_out') setUser(null)
        else if (!isEntering) void reload()
      })
      if (held.read().status === 'loading') find()
      return () => {
        held.listeners.delete(listener)
        if (held.listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
    login: async (input) => {
      // Its answer holds the account: nobody needs to ask for it once more.
      isEntering = true
      const answered = await client.login(input).finally(() => {
        isEntering = false
      })
      if (answered.ok) setUser(answered.value)
      return answered
    },
  }
}

/** Does nothing while the work that was begun goes on. */
function oneAtATime(work: () => Promise<void>): () => void {
  let isGoingOn = false
  return () => {
    if (isGoingOn) return
    isGoingOn = true
    void work().finally(() => {
      isGoingOn = false
    })
  }
}

type HeldState = {
  readonly read: () => AuthState
  readonly set: (next: AuthState) => void
  readonly listeners: Set<() => void>
  /** Begins a question; whether nothing was set and asked since, so that an answer that comes late says nothing. */
  readonly ask: () => () => boolean
}

/** Holds a state and tells its listeners what becomes of it. */
function holdState(first: AuthState): HeldState {
  const listeners = new Set<() => void>()
  let state = first
  let version = 0
  return {
    listeners,
    read: () => state,
    set: (next) => {
      version += 1
      state = next
      for (const listener of listeners) listener()
    },
    ask: () => {
      version += 1
      const asked = version
      return () => asked === version
    },
  }
}

function reloadingOf(client: Client, { read, set, ask }: HeldState): UserStore['reload'] {
  return async () => {
    const isLatest = ask()
    const answered = await client.user()
    if (!isLatest()) return
    const { status } = read()
    if (answered.ok) set(stateOf(answered.value))
    else if (isNobody(answered.error)) set(stateOf(null))
    // Whoever was signed in before a fault still is, as far as anybody knows.
    else if (status === 'loading' || status === 'unavailable') {
      set({ status: 'unavailable', user: undefined, error: answered.error })
    }
  }
}

function stateOf(user: User | null): AuthState {
  return user === null ? { status: 'signed_out', user } : { status: 'signed_in', user }
}

/** Both say that no credentials came along that count; which of them depends on the schemes that are on. */
function isNobody({ kind }: Failure): boolean {
  return kind === 'unauthenticated' || kind === 'forbidden'
}
