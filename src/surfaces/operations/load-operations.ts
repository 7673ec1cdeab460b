/** Loader of `operations.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** The cron handler, and endpoints for monitors and other services. */
export const loadOperations = lazily(() => import('./operations.chunk.ts'))
