import { lazily } from '../../../lazily.ts'

/** Algorithms of hashes that come from other systems. */
export const loadImported = lazily(() => import('./imported.chunk.ts'))
