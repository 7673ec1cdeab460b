import type { Route } from './define-route.ts'
import {
  configuredProviders,
  type ConfiguredProvider,
} from '../../core/social/providers/configured.ts'
import type { Settings } from '../../settings/parse.ts'

/**
 * Reads an endpoint's code, which happens when it is first called: the time a Worker takes to start grows
 * with every line that is read before the first answer.
 */
export type RouteLoader = () => Promise<Route>

/** The table: an endpoint's path under `URL_PREFIX` stands here and nowhere else. */
const routes: Readonly<Record<string, RouteLoader>> = {
  'login/': async () => (await import('./login.ts')).loginRoute,
  'logout/': async () => (await import('./logout.ts')).logoutRoute,
  'logout/all/': async () => (await import('./logout-all.ts')).logoutAllRoute,
  'password/change/': async () => (await import('./password-change.ts')).passwordChangeRoute,
  'password/reset/': async () => (await import('./password-reset.ts')).passwordResetRoute,
  'password/reset/confirm/': async () =>
    (await import('./password-reset-confirm.ts')).passwordResetConfirmRoute,
  'registration/': async () => (await import('./registration.ts')).registrationRoute,
  'registration/resend-email/': async () => (await import('./resend-email.ts')).resendEmailRoute,
  'registration/verify-email/': async () => (await import('./verify-email.ts')).verifyEmailRoute,
  'sessions/': async () => (await import('./sessions.ts')).sessionsRoute,
  'sessions/:id{[0-9a-f]+}/': async () => (await import('./sessions.ts')).sessionRoute,
  'socialaccounts/': async () => (await import('./social-accounts.ts')).socialAccountsRoute,
  'socialaccounts/:id{[0-9]+}/disconnect/': async () =>
    (await import('./social-accounts.ts')).socialDisconnectRoute,
  'token/introspect/': async () => (await import('./token-introspect.ts')).tokenIntrospectRoute,
  'token/refresh/': async () => (await import('./token-refresh.ts')).tokenRefreshRoute,
  'token/verify/': async () => (await import('./token-verify.ts')).tokenVerifyRoute,
  'user/': async () => (await import('./user.ts')).userRoute,
}

/** The table under these settings: every provider with an app adds its own endpoints. */
export function routesOf(settings: Settings): Readonly<Record<string, RouteLoader>> {
  const all: Record<string, RouteLoader> = { ...routes }
  for (const configured of configuredProviders(settings.SOCIALACCOUNT_PROVIDERS)) {
    const path = socialPath(configured)
    all[path] = async () => (await import('./social-login.ts')).socialLoginRoute(configured)
    all[`${path}connect/`] = async () =>
      (await import('./social-login.ts')).socialConnectRoute(configured)
    all[`${path}authorize/`] = async () =>
      (await import('./social-authorize.ts')).socialAuthorizeRoute(configured)
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
export function socialPath({ provider, app }: ConfiguredProvider): string {
  return app.providerId === provider.id ? `${provider.id}/` : `oidc/${app.providerId}/`
}
