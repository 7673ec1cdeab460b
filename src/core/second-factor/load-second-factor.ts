/** Loader of `second-factor.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** Passkey ceremonies and QR codes. */
export const loadSecondFactor = lazily(() => import('./second-factor.chunk.ts'))
