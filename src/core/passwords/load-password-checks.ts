/** Loader of `password-checks.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** Look-ups that a new password is checked by, and no login needs. */
export const loadPasswordChecks = lazily(() => import('./password-checks.chunk.ts'))
