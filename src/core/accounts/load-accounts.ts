/** Loader of `accounts.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** Ways of proving an address that settings turn on. */
export const loadAccounts = lazily(() => import('./accounts.chunk.ts'))
