/** Loader of `pages.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** What the built-in pages are made of. */
export const loadPages = lazily(() => import('./pages.chunk.ts'))
