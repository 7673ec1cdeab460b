/** Where tokens are kept between page loads or app starts. React Native's AsyncStorage fits. */
export type TokenStorage = {
  readonly getItem: (name: string) => string | null | Promise<string | null>
  readonly setItem: (name: string, value: string) => unknown
  readonly removeItem: (name: string) => unknown
}

/** Keeps tokens until the page is left or the process ends. */
export function memoryStorage(): TokenStorage {
  const values = new Map<string, string>()
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => values.set(name, value),
    removeItem: (name) => values.delete(name),
  }
}

/** The browser's `localStorage`, or memory where there is none or where it is forbidden. */
export function defaultStorage(): TokenStorage {
  try {
    const { localStorage }: { readonly localStorage?: TokenStorage } = globalThis
    return localStorage ?? memoryStorage()
  } catch {
    return memoryStorage()
  }
}

/** What is stored: a key, or a pair. */
export type Tokens = {
  readonly key?: string
  readonly access?: string
  readonly refresh?: string
  /** When the access token is to be renewed, in milliseconds of this device's clock. */
  readonly renewAt?: number
}

/** Tokens under one name of a storage. What cannot be read counts as nothing. */
export type TokenStore = {
  readonly read: () => Promise<Tokens>
  readonly write: (tokens: Tokens) => Promise<void>
  readonly clear: () => Promise<void>
}

/** Keeps tokens under one name of a storage. A storage that fails makes nothing else fail. */
export function tokenStore(storage: TokenStorage, name: string): TokenStore {
  /** What the storage would not take, or (empty) not let go of: this counts instead. */
  let instead: string | undefined
  const remove = async (): Promise<boolean> => {
    try {
      await storage.removeItem(name)
      return true
    } catch {
      return false
    }
  }
  return {
    read: async () => {
      try {
        const stored: unknown = JSON.parse(instead ?? (await storage.getItem(name)) ?? '')
        return typeof stored === 'object' && stored !== null ? stored : {}
      } catch {
        return {}
      }
    },
    write: async (tokens) => {
      const text = JSON.stringify(tokens)
      try {
        await storage.setItem(name, text)
        instead = undefined
      } catch {
        // Full or forbidden: the tokens last as long as the page does, and older ones must not outlive them.
        instead = text
        await remove()
      }
    },
    clear: async () => {
      instead = (await remove()) ? undefined : ''
    },
  }
}
