/**
 * The chunks of dj-rest-auth's API that are loaded when a request needs them, besides the first: `load-endpoints.ts`
 * is separate, because what it loads needs some of these.
 */
import { lazily } from '../../lazily.ts'

/** Endpoints of a visit after its login. */
export const loadVisits = lazily(() => import('./visits.chunk.ts'))
/** Endpoints about the caller's own account beyond dj-rest-auth's: addresses, sessions, deletion, export. */
export const loadAccount = lazily(() => import('./account.chunk.ts'))
/** Endpoints about TOTP, recovery codes and passkeys. */
export const loadFactors = lazily(() => import('./second-factor.chunk.ts'))
/** Registration, confirmation of an address, passwords. */
export const loadSignUp = lazily(() => import('./sign-up.chunk.ts'))
/** Logins by a mailed code or link. */
export const loadPasswordless = lazily(() => import('./passwordless.chunk.ts'))
/** Logins by a provider. */
export const loadSocial = lazily(() => import('./social.chunk.ts'))
/** Fields that `USER_FIELDS` declares. */
export const loadOwnFieldBodies = lazily(() => import('./own-fields.chunk.ts'))
/** The description of the API. */
export const loadOpenApi = lazily(() => import('./openapi.chunk.ts'))
