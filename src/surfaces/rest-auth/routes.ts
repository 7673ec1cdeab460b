import type { Route } from './define-route.ts'
import { knownApps, type KnownApp } from '../../core/social/providers/known.ts'
import { lazily } from '../../lazily.ts'
import type { Settings } from '../../settings/parse.ts'

/** Reads an endpoint's code, which happens when its chunk is first needed. */
export type RouteLoader = () => Promise<Route>

const endpoints = lazily(() => import('./endpoints.chunk.ts'))
const account = lazily(() => import('./account.chunk.ts'))
const factors = lazily(() => import('./second-factor.chunk.ts'))
const passwordless = lazily(() => import('./passwordless.chunk.ts'))
const social = lazily(() => import('./social.chunk.ts'))

/** The table: an endpoint's path under `URL_PREFIX` stands here and nowhere else. */
const routes: Readonly<Record<string, RouteLoader>> = {
  'emails/': async () => (await account()).emailsRoute,
  'emails/:id{[0-9]+}/': async () => (await account()).emailRoute,
  'emails/:id{[0-9]+}/resend/': async () => (await account()).emailResendRoute,
  'emails/undo/': async () => (await account()).emailUndoRoute,
  'login/': async () => (await endpoints()).loginRoute,
  'login/code/confirm/': async () => (await passwordless()).loginCodeConfirmRoute,
  'login/code/request/': async () => (await passwordless()).loginCodeRequestRoute,
  'login/link/confirm/': async () => (await passwordless()).loginLinkConfirmRoute,
  'login/link/request/': async () => (await passwordless()).loginLinkRequestRoute,
  'logout/': async () => (await endpoints()).logoutRoute,
  'logout/all/': async () => (await endpoints()).logoutAllRoute,
  'mfa/recovery-codes/': async () => (await factors()).recoveryCodesRoute,
  'mfa/recovery-codes/regenerate/': async () => (await factors()).regenerateRoute,
  'mfa/status/': async () => (await factors()).mfaStatusRoute,
  'mfa/totp/activate/': async () => (await factors()).totpActivateRoute,
  'mfa/totp/deactivate/': async () => (await factors()).totpDeactivateRoute,
  'mfa/verify/': async () => (await factors()).mfaVerifyRoute,
  'passkeys/': async () => (await factors()).passkeysRoute,
  'passkeys/:id{[0-9]+}/': async () => (await factors()).passkeyRoute,
  'passkeys/login/begin/': async () => (await factors()).passkeyLoginBeginRoute,
  'passkeys/login/complete/': async () => (await factors()).passkeyLoginCompleteRoute,
  'passkeys/register/begin/': async () => (await factors()).passkeyRegisterBeginRoute,
  'passkeys/register/complete/': async () => (await factors()).passkeyRegisterCompleteRoute,
  'password/change/': async () => (await endpoints()).passwordChangeRoute,
  'password/reset/': async () => (await endpoints()).passwordResetRoute,
  'password/reset/confirm/': async () => (await endpoints()).passwordResetConfirmRoute,
  'reauthenticate/': async () => (await factors()).reauthenticateRoute,
  'registration/': async () => (await endpoints()).registrationRoute,
  'registration/resend-email/': async () => (await endpoints()).resendEmailRoute,
  'registration/verify-email/': async () => (await endpoints()).verifyEmailRoute,
  'sessions/': async () => (await endpoints()).sessionsRoute,
  'sessions/:id{[0-9a-f]+}/': async () => (await endpoints()).sessionRoute,
  'social/signup/': async () => (await social()).socialSignUpRoute,
  'socialaccounts/': async () => (await social()).socialAccountsRoute,
  'socialaccounts/:id{[0-9]+}/disconnect/': async () => (await social()).socialDisconnectRoute,
  'token/introspect/': async () => (await endpoints()).tokenIntrospectRoute,
  'token/refresh/': async () => (await endpoints()).tokenRefreshRoute,
  'token/verify/': async () => (await endpoints()).tokenVerifyRoute,
  'user/delete/': async () => (await account()).userDeleteRoute,
  'user/delete/undo/': async () => (await account()).userDeleteUndoRoute,
  'user/export/': async () => (await account()).userExportRoute,
  'user/': async () => (await endpoints()).userRoute,
}

/** The table under these settings: every provider with an app adds its own endpoints. */
export function routesOf(settings: Settings): Readonly<Record<string, RouteLoader>> {
  const all: Record<string, RouteLoader> = { ...routes }
  for (const known of knownApps(settings.SOCIALACCOUNT_PROVIDERS)) {
    const path = socialPath(known)
    all[path] = async () => (await social()).socialRoutes(known).login
    all[`${path}connect/`] = async () => (await social()).socialRoutes(known).connect
    all[`${path}authorize/`] = async () => (await social()).socialRoutes(known).authorize
  }
  return all
}

/** Every endpoint that exists under these settings, read whole: what describes the API looks at all of them. */
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
