/** Loader of `events.chunk.ts`. */
import { lazily } from '../../lazily.ts'

/** What webhooks are made of, for deployments whose `WEBHOOKS` names endpoints. */
export const loadEvents = lazily(() => import('./events.chunk.ts'))
