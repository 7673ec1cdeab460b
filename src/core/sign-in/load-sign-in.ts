/** Loader of `sign-in.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** Parts of signing in that most logins do without. */
export const loadSignIn = lazily(() => import('./sign-in.chunk.ts'))
