/** Loader of `mail.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** What writes and sends mails; needed after the answer that causes one. */
export const loadMail = lazily(() => import('./mail.chunk.ts'))
