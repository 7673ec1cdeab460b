/** Read with the first login by a provider: most isolates never see one. */
export { appFaults, configuredProvider } from '../../core/social/providers/configured.ts'
export { socialAccountsRoute, socialDisconnectRoute } from './social-accounts.ts'
export { serveSocialCallback } from './social-callback.ts'
export { socialSignUpRoute } from './social-signup.ts'
export { socialRoutes } from './social-routes.ts'
