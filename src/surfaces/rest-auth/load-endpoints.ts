/** Loader of `endpoints.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** What serves any endpoint, and the login. */
export const loadEndpoints = lazily(() => import('./endpoints.chunk.ts'))
