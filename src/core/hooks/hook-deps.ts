/**
 * What hooks may touch, apart from `call.ts` so that the code of a call and its callers share it without a circle.
 */
import type { Deps } from '../../deps.ts'

/** The slice of `Deps` that calling a hook needs. */
export type HookDeps = Pick<
  Deps,
  'settings' | 'now' | 'randomBytes' | 'fetch' | 'log' | 'client' | 'hooks' | 'bound'
>
