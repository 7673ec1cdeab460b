/** The URLs of the API's description. They only load the code that makes it. */
import type { Page } from '../../web/page.ts'
import type { Route } from './define-route.ts'
import type { Settings } from '../../settings/parse.ts'
import { loadOpenApi } from './chunks.ts'

/**
 * `openapi.json` and `docs/`, made from the route table on request. The code behind them is loaded when
 * someone reads them: an isolate that only serves logins never evaluates it.
 */
export function openApiPages(
  settings: Settings,
  loadRoutes: () => Promise<Readonly<Record<string, Route>>>,
): readonly Page[] {
  if (!settings.API_DOCS) return []
  const { URL_PREFIX } = settings
  const docs: Page['serve'] = async ({ randomBytes }) => {
    const { describeApi, docsPage } = await loadOpenApi()
    return docsPage(describeApi(settings, await loadRoutes()), settings, randomBytes)
  }
  const document: Page['serve'] = async () => {
    const { describeApi } = await loadOpenApi()
    return new Response(JSON.stringify(describeApi(settings, await loadRoutes())), {
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60' },
    })
  }
  return [
    { path: `${URL_PREFIX}openapi.json`, serve: document },
    { path: `${URL_PREFIX}docs/`, serve: docs },
    { path: `${URL_PREFIX}docs`, serve: docs },
  ]
}
