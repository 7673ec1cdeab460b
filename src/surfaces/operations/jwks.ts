import type { Deps } from '../../deps.ts'
import type { Page } from '../../web/page.ts'
import type { Settings } from '../../settings/parse.ts'

/** So long others may keep the keys; a new key is published that long before it signs. */
const MAX_AGE_SECONDS = 3_600

/**
 * `/.well-known/jwks.json`: the public keys that verify our access tokens, for services that check them on
 * their own (RFC 7517 §5). Only where there are any: `USE_JWT` with an asymmetric algorithm.
 */
export function jwksPages(settings: Settings): readonly Page[] {
  if (!settings.USE_JWT || settings.SIMPLE_JWT_ALGORITHM.startsWith('HS')) return []
  return [{ path: '/.well-known/jwks.json', serve: serveJwks }]
}

async function serveJwks({ settings }: Deps): Promise<Response> {
  const { publicJwks } = await import('../../core/tokens/jwt.ts')
  return new Response(JSON.stringify(await publicJwks(settings)), {
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
    },
  })
}
