/** The URLs of the operator's API and page, present only with `ADMIN_API`. Nothing of either is loaded before. */
import type { Settings } from '../../settings/parse.ts'
import type { Page } from '../../web/page.ts'
import { lazily } from '../../lazily.ts'

const loadAdmin = lazily(() => import('./admin.chunk.ts'))

/** What the operator has, where the settings ask for it; not a byte of it is read before. */
export function adminPages(
  settings: Pick<Settings, 'ADMIN_API' | 'ADMIN_PAGE' | 'API_DOCS' | 'URL_PREFIX'>,
): readonly Page[] {
  if (!settings.ADMIN_API) return []
  const base = `${settings.URL_PREFIX}admin/`
  return [
    ...(settings.API_DOCS
      ? [
          {
            path: `${base}openapi.json`,
            serve: async () => (await loadAdmin()).adminOpenApi(settings),
          },
        ]
      : []),
    ...(settings.ADMIN_PAGE ? frontPages(base) : []),
    {
      path: `${base}api/*`,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      serve: async (deps, request) => (await loadAdmin()).serveAdminApi(deps, request),
    },
  ]
}

/** The page with its assets, with and without trailing slash. */
function frontPages(base: string): readonly Page[] {
  const front: Page['serve'] = async (deps, request) =>
    (await loadAdmin()).serveAdminPage(deps, request)
  return [
    { path: base, serve: front },
    { path: base.slice(0, -1), serve: front },
    { path: `${base}style.css`, serve: async (deps) => (await loadAdmin()).serveAdminStyle(deps) },
    { path: `${base}script.js`, serve: async () => (await loadAdmin()).serveAdminScript() },
  ]
}
