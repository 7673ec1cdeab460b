/** The three endpoints of a provider, made for each configured app. */
import { configuredProvider } from '../../core/social/providers/configured.ts'
import type { KnownApp } from '../../core/social/providers/known.ts'
import type { Route } from './define-route.ts'
import { socialAuthorizeRoute } from './social-authorize.ts'
import { socialConnectRoute, socialLoginRoute } from './social-login.ts'

/** A provider's own endpoints. */
type SocialRoutes = { readonly login: Route; readonly connect: Route; readonly authorize: Route }

/** Makes the endpoints of an app with its provider's code. */
export function socialRoutes(known: KnownApp): SocialRoutes {
  const configured = configuredProvider(known)
  return {
    login: socialLoginRoute(configured),
    connect: socialConnectRoute(configured),
    authorize: socialAuthorizeRoute(configured),
  }
}
