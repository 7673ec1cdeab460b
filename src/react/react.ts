/** React components and hooks for who is signed in. They render nothing of their own. */

'use client'

import {
  createContext,
  createElement,
  useContext,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import type { Client, User } from '../client/client.ts'
import { createUserStore, type AuthState, type UserStore } from './user-store.ts'

export type { AuthState } from './user-store.ts'

/** What the components below a provider share. */
export type Auth = AuthState & {
  /** The typed client: every endpoint of the service. */
  readonly client: Client
  readonly login: Client['login']
  readonly logout: Client['logout']
  /** Asks the service once more who is signed in. */
  readonly reload: () => Promise<void>
  /** After a call that answers the changed account: `setUser(answered.value)`. */
  readonly setUser: (user: User | null) => void
}

type Shared = { readonly client: Client; readonly store: UserStore }

const AuthContext = createContext<Shared | undefined>(undefined)

/**
 * Finds out once who is signed in, and follows it: logins and logouts of this page and of other tabs. A server renders
 * `initialUser`, or nothing that depends on the account; so does the browser at first, and the two agree.
 */
export function AuthProvider(props: {
  /** `createClient(…)` of `rest-auth-edge/client`: made once, outside of components. */
  readonly client: Client
  /** The account, where a server has read it; `null` means signed out. */
  readonly initialUser?: User | null
  readonly children?: ReactNode
}): ReactNode {
  const { client, initialUser, children } = props
  const make = (): Shared => ({ client, store: createUserStore(client, initialUser) })
  const [shared, setShared] = useState(make)
  if (shared.client !== client) setShared(make())
  return createElement(AuthContext.Provider, { value: shared }, children)
}

/** Who is signed in, and what changes that. */
export function useAuth(): Auth {
  const shared = useContext(AuthContext)
  if (shared === undefined) throw new Error('useAuth needs an <AuthProvider> above it.')
  const { client, store } = shared
  const state = useSyncExternalStore(store.subscribe, store.read, store.readFirst)
  const { login, reload, setUser } = store
  return { ...state, client, login, logout: client.logout, reload, setUser }
}

/** The account that is signed in, `null` when signed out, `undefined` while that is unknown. */
export function useUser(): User | null | undefined {
  return useAuth().user
}

type Children = { readonly children?: ReactNode }

/** Shows its children to signed-in users. */
export function SignedIn({ children }: Children): ReactNode {
  return useAuth().status === 'signed_in' ? children : null
}

/** Shows its children when signed out; not while that is unknown. */
export function SignedOut({ children }: Children): ReactNode {
  return useAuth().status === 'signed_out' ? children : null
}
