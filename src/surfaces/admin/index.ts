import type { Settings } from '../../settings/parse.ts'
import type { Page } from '../../web/page.ts'

const api = () => import('./admin.chunk.ts')

/** What the operator has, where the settings ask for it; not a byte of it is read before. */
export function adminPages(settings: Settings): readonly Page[] {
  if (!settings.ADMIN_API) return []
  const base = `${settings.URL_PREFIX}admin/`
  return [
    ...(settings.API_DOCS
      ? [
          {
            path: `${base}openapi.json`,
            serve: async () => (await api()).adminOpenApi(settings),
          },
        ]
      : []),
    {
      path: `${base}api/*`,
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      serve: async (deps, request) => (await api()).serveAdminApi(deps, request),
    },
  ]
}
