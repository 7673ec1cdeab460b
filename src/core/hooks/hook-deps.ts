import type { Deps } from '../../deps.ts'

/** The slice of `Deps` that calling a hook needs. */
export type HookDeps = Pick<
  Deps,
  'settings' | 'now' | 'randomBytes' | 'fetch' | 'log' | 'client' | 'hooks' | 'bound'
>
