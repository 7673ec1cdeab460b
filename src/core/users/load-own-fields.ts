/** Loader of `own-fields.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** Rules of the fields that `USER_FIELDS` declares. */
export const loadOwnFields = lazily(() => import('./own-fields.chunk.ts'))
