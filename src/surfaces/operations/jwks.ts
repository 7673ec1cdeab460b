/** Public keys for services that verify our access tokens themselves (RFC 7517 §5). */
import type { Deps } from '../../deps.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'
import { loadOperations } from './load-operations.ts'

/** How long others may cache the keys. A new key must be published that long before it signs. */
const MAX_AGE_SECONDS = 3_600

/**
 * `.well-known/jwks.json` under `URL_PREFIX`, where the guard looks: the root may be another Worker's. The list is empty
 * where a secret signs, so that a guard learns that at once.
 */
export function jwksPages(settings: Pick<Settings, 'URL_PREFIX' | 'USE_JWT'>): readonly Page[] {
  if (!settings.USE_JWT) return []
  return [{ path: `${settings.URL_PREFIX}.well-known/jwks.json`, serve: serveJwks }]
}

/** The same at the root, where others look, with an asymmetric algorithm alone. */
export function rootJwksPages(
  settings: Pick<Settings, 'SIMPLE_JWT_ALGORITHM' | 'USE_JWT'>,
): readonly Page[] {
  const isUseful = settings.USE_JWT && !settings.SIMPLE_JWT_ALGORITHM.startsWith('HS')
  return isUseful ? [{ path: '/.well-known/jwks.json', serve: serveJwks }] : []
}

async function serveJwks({ settings }: Deps): Promise<Response> {
  const { publicJwks } = await loadOperations()
  return new Response(JSON.stringify(await publicJwks(settings)), {
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
    },
  })
}
