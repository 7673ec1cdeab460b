/** Read with the first login by a provider: most isolates never see one. */
export { socialAccountsRoute, socialDisconnectRoute } from './social-accounts.ts'
export { socialAuthorizeRoute } from './social-authorize.ts'
export { serveSocialCallback } from './social-callback.ts'
export { socialConnectRoute, socialLoginRoute } from './social-login.ts'
