/** Loader of `endpoints.chunk.ts`, and of what may go before it. */
import { lazily } from '../../lazily.ts'

/** What serves any endpoint, and the login. */
export const loadEndpoints = lazily(() => import('./endpoints.chunk.ts'))
/** The head start of a login that an isolate begins with. */
export const loadHeadStart = lazily(() => import('./head-start.chunk.ts'))
