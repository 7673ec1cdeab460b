import type { Page } from '../http/page.ts'
import type { Route } from '../http/route.ts'
import { builtInPages } from '../pages/index.ts'
import type { Mounted } from '../pages/mounted.ts'
import { configuredProviders, type ConfiguredProvider } from '../providers/configured.ts'
import type { Settings } from '../settings/parse.ts'
import { healthPages } from './health.ts'
import { jwksPages } from './jwks.ts'
import { loginRoute } from './login.ts'
import { logoutAllRoute } from './logout-all.ts'
import { logoutRoute } from './logout.ts'
import { openApiPages } from './openapi.ts'
import { passwordChangeRoute } from './password-change.ts'
import { passwordResetConfirmRoute } from './password-reset-confirm.ts'
import { passwordResetRoute } from './password-reset.ts'
import { resendEmailRoute } from './registration-resend-email.ts'
import { verifyEmailRoute } from './registration-verify-email.ts'
import { registrationRoute } from './registration.ts'
import { sessionRoute, sessionsRoute } from './sessions.ts'
import { socialAccountsRoute, socialDisconnectRoute } from './social-accounts.ts'
import { socialAuthorizeRoute, socialCallbackPage } from './social-authorize.ts'
import { socialConnectRoute, socialLoginRoute } from './social-login.ts'
import { tokenRefreshRoute } from './token-refresh.ts'
import { tokenVerifyRoute } from './token-verify.ts'
import { userRoute } from './user.ts'

/** The table: an endpoint's path under `URL_PREFIX` stands here and nowhere else. */
export const routes: Readonly<Record<string, Route>> = {
  'login/': loginRoute,
  'logout/': logoutRoute,
  'logout/all/': logoutAllRoute,
  'password/change/': passwordChangeRoute,
  'password/reset/': passwordResetRoute,
  'password/reset/confirm/': passwordResetConfirmRoute,
  'registration/': registrationRoute,
  'registration/resend-email/': resendEmailRoute,
  'registration/verify-email/': verifyEmailRoute,
  'sessions/': sessionsRoute,
  'sessions/:id{[0-9a-f]+}/': sessionRoute,
  'socialaccounts/': socialAccountsRoute,
  'socialaccounts/:id{[0-9]+}/disconnect/': socialDisconnectRoute,
  'token/refresh/': tokenRefreshRoute,
  'token/verify/': tokenVerifyRoute,
  'user/': userRoute,
}

/** The table under these settings: every provider with an app adds its own endpoints. */
export function routesOf(settings: Settings): Readonly<Record<string, Route>> {
  const all: Record<string, Route> = { ...routes }
  for (const configured of configuredProviders(settings.SOCIALACCOUNT_PROVIDERS)) {
    const path = socialPath(configured)
    all[path] = socialLoginRoute(configured)
    all[`${path}connect/`] = socialConnectRoute(configured)
    all[`${path}authorize/`] = socialAuthorizeRoute(configured)
  }
  return all
}

/** `facebook/`; and `oidc/<provider_id>/` for apps that have a name of their own, as in allauth. */
function socialPath({ provider, app }: ConfiguredProvider): string {
  return app.providerId === provider.id ? `${provider.id}/` : `oidc/${app.providerId}/`
}

/** What is served beside the endpoints. */
export function pages(settings: Settings): readonly Page[] {
  const callbacks = configuredProviders(settings.SOCIALACCOUNT_PROVIDERS)
    .filter(({ provider }) => provider.responseMode === 'form_post')
    .map((configured) =>
      socialCallbackPage(`${settings.URL_PREFIX}${socialPath(configured)}callback/`, configured),
    )
  return [
    ...callbacks,
    ...openApiPages(settings, routesOf(settings)),
    ...builtInPages(settings, mountedUnder(settings)),
    ...jwksPages(settings),
    ...healthPages(settings),
  ]
}

/** The table as the pages need to know it. */
function mountedUnder(settings: Settings): Mounted {
  const mounted = Object.entries(routesOf(settings)).filter(([, route]) =>
    isMounted(route, settings),
  )
  return {
    endpoints: mounted.flatMap(([path, { methods }]) =>
      Object.entries(methods).map(([method, { summary }]) => ({ path, method, summary })),
    ),
    social: configuredProviders(settings.SOCIALACCOUNT_PROVIDERS).map((configured) => ({
      id: configured.app.providerId,
      name: configured.provider.name,
      path: socialPath(configured),
      callbackUrls: configured.app.callbackUrls,
    })),
  }
}

function isMounted(route: Route, settings: Settings): boolean {
  return route.when === undefined || route.when(settings)
}
