/** One cache of keys and answers for each service, shared by all guards of a program. */
import type { Answers } from './introspection.ts'
import { createKeySet, type KeySet } from './keys.ts'
import type { AuthBinding } from './options.ts'

/** What is known of one service, for all requests of an isolate or process. */
export type KnownService = { readonly keys: KeySet; readonly answers: Answers }

/** Services whose keys are kept; a program guards with one or two. */
const MAX_SERVICES = 20

const services = new Map<string | AuthBinding, KnownService>()

/** One entry per service, shared by all callers; with too many, the one that was used longest ago is forgotten. */
export function knownService(auth: string | AuthBinding): KnownService {
  const known = services.get(auth) ?? { keys: createKeySet(), answers: new Map() }
  services.delete(auth)
  services.set(auth, known)
  for (const oldest of services.keys()) {
    if (services.size <= MAX_SERVICES) break
    services.delete(oldest)
  }
  return known
}
