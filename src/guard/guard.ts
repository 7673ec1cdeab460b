/** `rest-auth-edge/guard`: accepts the service's logins in your own API. */
export { expressGuard, fastifyGuard, guarded, honoGuard, svelteKitGuard } from './adapters.ts'
export type { GuardVariables } from './adapters.ts'
export type { Algorithm } from './jws.ts'
export type { AuthBinding, GuardOptions, GuardRequest } from './options.ts'
export { GuardError } from './refusal.ts'
export { findUser, requireUser } from './require-user.ts'
export type { Claims, GuardUser } from './values.ts'
