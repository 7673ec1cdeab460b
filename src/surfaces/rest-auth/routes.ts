/**
 * The table: the one place where paths meet endpoints. It loads none of them: a request loads the chunk of its
 * route.
 */
import type { Route } from './define-route.ts'
import { knownApps, type KnownApp } from '../../core/social/providers/known.ts'
import {
  loadAccount,
  loadFactors,
  loadPasswordless,
  loadSignUp,
  loadSocial,
  loadVisits,
} from './chunks.ts'
import { loadEndpoints } from './load-endpoints.ts'
import type { Settings } from '../../settings/parse.ts'

/** Loads an endpoint's code, with the first request that needs its chunk. */
export type RouteLoader = () => Promise<Route>

/** The table: an endpoint's path under `URL_PREFIX` is declared only here. */
const routes: Readonly<Record<string, RouteLoader>> = {
  'emails/': async () => (await loadAccount()).emailsRoute,
  'emails/:id{[0-9]+}/': async () => (await loadAccount()).emailRoute,
  'emails/:id{[0-9]+}/resend/': async () => (await loadAccount()).emailResendRoute,
  'emails/undo/': async () => (await loadAccount()).emailUndoRoute,
  'login/': async () => (await loadEndpoints()).loginRoute,
  'login/code/confirm/': async () => (await loadPasswordless()).loginCodeConfirmRoute,
  'login/code/request/': async () => (await loadPasswordless()).loginCodeRequestRoute,
  'login/link/confirm/': async () => (await loadPasswordless()).loginLinkConfirmRoute,
  'login/link/request/': async () => (await loadPasswordless()).loginLinkRequestRoute,
  'logout/': async () => (await loadVisits()).logoutRoute,
  'logout/all/': async () => (await loadAccount()).logoutAllRoute,
  'mfa/recovery-codes/': async () => (await loadFactors()).recoveryCodesRoute,
  'mfa/recovery-codes/regenerate/': async () => (await loadFactors()).regenerateRoute,
  'mfa/status/': async () => (await loadFactors()).mfaStatusRoute,
  'mfa/totp/activate/': async () => (await loadFactors()).totpActivateRoute,
  'mfa/totp/deactivate/': async () => (await loadFactors()).totpDeactivateRoute,
  'mfa/verify/': async () => (await loadFactors()).mfaVerifyRoute,
  'passkeys/': async () => (await loadFactors()).passkeysRoute,
  'passkeys/:id{[0-9]+}/': async () => (await loadFactors()).passkeyRoute,
  'passkeys/login/begin/': async () => (await loadFactors()).passkeyLoginBeginRoute,
  'passkeys/login/complete/': async () => (await loadFactors()).passkeyLoginCompleteRoute,
  'passkeys/register/begin/': async () => (await loadFactors()).passkeyRegisterBeginRoute,
  'passkeys/register/complete/': async () => (await loadFactors()).passkeyRegisterCompleteRoute,
  'password/change/': async () => (await loadSignUp()).passwordChangeRoute,
  'password/reset/': async () => (await loadSignUp()).passwordResetRoute,
  'password/reset/confirm/': async () => (await loadSignUp()).passwordResetConfirmRoute,
  'reauthenticate/': async () => (await loadFactors()).reauthenticateRoute,
  'registration/': async () => (await loadSignUp()).registrationRoute,
  'registration/resend-email/': async () => (await loadSignUp()).resendEmailRoute,
  'registration/verify-email/': async () => (await loadSignUp()).verifyEmailRoute,
  'sessions/': async () => (await loadAccount()).sessionsRoute,
  'sessions/:id{[0-9a-f]+}/': async () => (await loadAccount()).sessionRoute,
  'social/signup/': async () => (await loadSocial()).socialSignUpRoute,
  'socialaccounts/': async () => (await loadSocial()).socialAccountsRoute,
  'socialaccounts/:id{[0-9]+}/disconnect/': async () => (await loadSocial()).socialDisconnectRoute,
  'token/introspect/': async () => (await loadVisits()).tokenIntrospectRoute,
  'token/refresh/': async () => (await loadVisits()).tokenRefreshRoute,
  'token/verify/': async () => (await loadVisits()).tokenVerifyRoute,
  'user/delete/': async () => (await loadAccount()).userDeleteRoute,
  'user/delete/undo/': async () => (await loadAccount()).userDeleteUndoRoute,
  'user/export/': async () => (await loadAccount()).userExportRoute,
  'user/': async () => (await loadVisits()).userRoute,
}

/** The table under these settings: each configured provider adds its own endpoints. */
export function routesOf(
  settings: Pick<Settings, 'SOCIALACCOUNT_PROVIDERS'>,
): Readonly<Record<string, RouteLoader>> {
  const all: Record<string, RouteLoader> = { ...routes }
  for (const known of knownApps(settings.SOCIALACCOUNT_PROVIDERS)) {
    const path = socialPath(known)
    all[path] = async () => (await loadSocial()).socialRoutes(known).login
    all[`${path}connect/`] = async () => (await loadSocial()).socialRoutes(known).connect
    all[`${path}authorize/`] = async () => (await loadSocial()).socialRoutes(known).authorize
  }
  return all
}

/** Every endpoint that exists under these settings, loaded: the API's description looks at all of them. */
export async function mountedRoutes(settings: Settings): Promise<Readonly<Record<string, Route>>> {
  const found: [string, Route][] = []
  for (const [path, load] of Object.entries(routesOf(settings))) {
    const route = await load()
    if (route.when === undefined || route.when(settings)) found.push([path, route])
  }
  return Object.fromEntries(found)
}

/** `facebook/`; and `oidc/<provider_id>/` for apps that have a name of their own, as in allauth. */
export function socialPath({ provider, app }: KnownApp): string {
  return app.providerId === provider.id ? `${provider.id}/` : `oidc/${app.providerId}/`
}
