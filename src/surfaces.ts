/**
 * What the service mounts beside the table of endpoints: pages, callbacks, monitoring, the operator's API. The one
 * file that knows all surfaces, because surfaces may not know each other.
 */
import { knownApps } from './core/social/providers/known.ts'
import type { Settings } from './settings/parse.ts'
import { adminPages } from './surfaces/admin/index.ts'
import { healthPages } from './surfaces/operations/health.ts'
import { mailEventPages } from './surfaces/operations/mail-events.ts'
import { jwksPages, rootJwksPages } from './surfaces/operations/jwks.ts'
import { builtInPages } from './surfaces/pages/index.ts'
import type { RouteSummary } from './surfaces/pages/mounted.ts'
import { servedMethods } from './surfaces/rest-auth/methods.ts'
import { openApiPages } from './surfaces/rest-auth/openapi-pages.ts'
import { mountedRoutes, socialPath } from './surfaces/rest-auth/routes.ts'
import type { Page } from './web/page.ts'
import { loadSocial } from './surfaces/rest-auth/chunks.ts'

/** Everything that is served beside the endpoints under `URL_PREFIX`. */
export function pages(settings: Settings): readonly Page[] {
  const callbacks = knownApps(settings.SOCIALACCOUNT_PROVIDERS)
    .filter(({ provider }) => provider.responseMode === 'form_post')
    .map((known): Page => ({
      path: `${settings.URL_PREFIX}${socialPath(known)}callback/`,
      methods: ['POST'],
      serve: async (deps, request) => {
        const social = await loadSocial()
        return social.serveSocialCallback(deps, request, social.configuredProvider(known))
      },
    }))
  return [
    ...callbacks,
    ...openApiPages(settings, () => mountedRoutes(settings)),
    ...builtInPages(settings, mountedUnder(settings)),
    ...jwksPages(settings),
    ...adminPages(settings),
    ...mailEventPages(settings),
  ]
}

/** What is served at the root whatever `URL_PREFIX` is, because monitors and others look for it there. */
export function rootPages(settings: Settings): readonly Page[] {
  return [...rootJwksPages(settings), ...healthPages(settings)]
}

/** The table of endpoints, in the form that the pages may see. */
function mountedUnder(settings: Settings): RouteSummary {
  return {
    endpoints: async () =>
      Object.entries(await mountedRoutes(settings)).flatMap(([path, route]) =>
        servedMethods(route, settings).map(([method, { summary }]) => ({ path, method, summary })),
      ),
    social: knownApps(settings.SOCIALACCOUNT_PROVIDERS).map(({ provider, app }) => ({
      id: app.providerId,
      name: provider.name,
      path: socialPath({ provider, app }),
      callbackUrls: app.callbackUrls,
    })),
  }
}
