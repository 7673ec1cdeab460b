import { configuredProviders } from './core/social/providers/configured.ts'
import type { Settings } from './settings/parse.ts'
import { healthPages } from './surfaces/operations/health.ts'
import { jwksPages } from './surfaces/operations/jwks.ts'
import { builtInPages } from './surfaces/pages/index.ts'
import type { Mounted } from './surfaces/pages/mounted.ts'
import { servedMethods } from './surfaces/rest-auth/methods.ts'
import { openApiPages } from './surfaces/rest-auth/openapi-pages.ts'
import { mountedRoutes, socialPath } from './surfaces/rest-auth/routes.ts'
import type { Page } from './web/page.ts'

/** What is served beside the endpoints. */
export function pages(settings: Settings): readonly Page[] {
  const callbacks = configuredProviders(settings.SOCIALACCOUNT_PROVIDERS)
    .filter(({ provider }) => provider.responseMode === 'form_post')
    .map((configured): Page => ({
      path: `${settings.URL_PREFIX}${socialPath(configured)}callback/`,
      methods: ['POST'],
      serve: async (deps, request) =>
        (await import('./surfaces/rest-auth/social.chunk.ts')).serveSocialCallback(
          deps,
          request,
          configured,
        ),
    }))
  return [
    ...callbacks,
    ...openApiPages(settings, () => mountedRoutes(settings)),
    ...builtInPages(settings, mountedUnder(settings)),
    ...jwksPages(settings),
    ...healthPages(settings),
  ]
}

/** The table as the pages need to know it. */
function mountedUnder(settings: Settings): Mounted {
  return {
    endpoints: async () =>
      Object.entries(await mountedRoutes(settings)).flatMap(([path, route]) =>
        servedMethods(route, settings).map(([method, { summary }]) => ({ path, method, summary })),
      ),
    social: configuredProviders(settings.SOCIALACCOUNT_PROVIDERS).map((configured) => ({
      id: configured.app.providerId,
      name: configured.provider.name,
      path: socialPath(configured),
      callbackUrls: configured.app.callbackUrls,
    })),
  }
}
