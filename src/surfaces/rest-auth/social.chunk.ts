/** Logins by a provider. Loaded with the first of them: most isolates never serve one. */
export { appFaults, configuredProvider } from '../../core/social/providers/configured.ts'
export { socialAccountsRoute, socialDisconnectRoute } from './social-accounts.ts'
export { serveSocialCallback } from './social-callback.ts'
export { socialSignUpRoute } from './social-signup.ts'
export { socialRoutes } from './social-routes.ts'
