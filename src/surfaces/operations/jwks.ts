import type { Deps } from '../../deps.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'
import { loadOperations } from './load-operations.ts'

/** So long others may keep the keys; a new key is published that long before it signs. */
const MAX_AGE_SECONDS = 3_600

/**
 * `/.well-known/jwks.json`: the public keys that verify our access tokens, for services that check them on
 * their own (RFC 7517 §5). At the root only where there are any: `USE_JWT` with an asymmetric algorithm.
 * Under `URL_PREFIX`, too, where the guard looks for them: the root may be another Worker's. There the list is
 * empty where a secret signs, so that nobody waits for keys.
 */
export function jwksPages(settings: Settings): readonly Page[] {
  if (!settings.USE_JWT) return []
  const own = { path: `${settings.URL_PREFIX}.well-known/jwks.json`, serve: serveJwks }
  const isOwnEnough = settings.URL_PREFIX === '/' || settings.SIMPLE_JWT_ALGORITHM.startsWith('HS')
  return isOwnEnough ? [own] : [{ path: '/.well-known/jwks.json', serve: serveJwks }, own]
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
