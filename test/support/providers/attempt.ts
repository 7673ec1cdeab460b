import { fillFromVariables, type SocialApp } from '../../../src/settings/social-providers.ts'
import { socialProviderSettings } from '../../../src/settings/social-providers.ts'
import type {
  ProviderRequest,
  GivenCredentials,
} from '../../../src/core/social/providers/provider.ts'
import { providerFetch, type ProviderServer } from './http-server.ts'

/** The moment at which every attempt of a test is made, unless it says otherwise. */
export const NOW = new Date('2026-11-24T12:00:00Z')

/** An app as `SOCIALACCOUNT_PROVIDERS` declares it, by the real parser. */
export function anApp(
  declared: Readonly<Record<string, unknown>>,
  providerId = Object.keys(declared)[0] ?? '',
): SocialApp {
  const apps = fillFromVariables(
    socialProviderSettings.SOCIALACCOUNT_PROVIDERS.parse(declared),
    {},
    { FACEBOOK_GRAPH_API_VERSION: 'v19.0' },
  )
  const app = apps[providerId]
  if (app === undefined) throw new Error(`no app ${providerId} in ${JSON.stringify(declared)}`)
  return app
}

/** One attempt to identify somebody, the world made of the given servers. */
export function anAttempt(given: {
  readonly app: SocialApp
  readonly credentials: GivenCredentials
  readonly servers: Readonly<Record<string, ProviderServer>>
  readonly queryEmail?: boolean
  readonly now?: Date
  readonly timeoutMs?: number
}): ProviderRequest {
  return {
    app: given.app,
    given: given.credentials,
    queryEmail: given.queryEmail ?? true,
    now: given.now ?? NOW,
    fetch: providerFetch(given.servers),
    signal: AbortSignal.timeout(given.timeoutMs ?? 5_000),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  }
}
