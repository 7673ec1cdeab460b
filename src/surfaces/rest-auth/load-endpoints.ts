/** Loader of `endpoints.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** What serves any endpoint, and the endpoints that most services use. */
export const loadEndpoints = lazily(() => import('./endpoints.chunk.ts'))
