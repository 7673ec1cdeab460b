/** Loader of `providers.chunk.ts`. */
import { lazily } from '../../../lazily.ts'

/** Packages that providers need: Arctic, and the verification of ID tokens. */
export const loadProviders = lazily(() => import('./providers.chunk.ts'))
