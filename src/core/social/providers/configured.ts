import { isRedirectUri } from '../../../settings/redirect-uri.ts'
import type { SocialApp, SocialApps } from '../../../settings/social-providers.ts'
import * as list from './index.ts'
import type { KnownApp } from './known.ts'
import type { SocialProvider } from './provider.ts'

const providers: ReadonlyMap<string, SocialProvider> = new Map(
  Object.values(list).map((provider) => [provider.id, provider]),
)

/** A provider and the app that is registered with it. */
export type ConfiguredProvider = { readonly provider: SocialProvider; readonly app: SocialApp }

/** A provider with its code. */
export function configuredProvider({ provider: { id }, app }: KnownApp): ConfiguredProvider {
  const provider = providers.get(id)
  if (provider === undefined) throw new Error(`${id} is known and has no code.`)
  return { provider, app }
}

/** Why the apps cannot work, as far as their settings tell. */
export function appFaults(apps: SocialApps): readonly string[] {
  return Object.values(apps)
    .flatMap(faultsOf)
    .map((fault) => `SOCIALACCOUNT_PROVIDERS ${fault}`)
}

/** Each completes "SOCIALACCOUNT_PROVIDERS …". */
function faultsOf(app: SocialApp): readonly string[] {
  const provider = providers.get(app.provider)
  if (provider !== undefined) {
    return [...provider.checkApp(app), ...badCallbackUrls(app), ...takenNames(app)]
  }
  if (app.declaredBy === 'variables') return []
  return [`knows ${[...providers.keys()].join(', ')}, not ${app.provider}`]
}

/** Subjects of one issuer would be looked up among the accounts that the other provider made. */
function takenNames({ provider, providerId }: SocialApp): readonly string[] {
  if (providerId === provider || !providers.has(providerId.replace(/_oauth2$/, ''))) return []
  return [`has the provider_id ${providerId} for ${provider}: it is another provider's name`]
}

function badCallbackUrls(app: SocialApp): readonly string[] {
  return app.callbackUrls
    .filter((url) => !isRedirectUri(url))
    .map((url) => `has the callback URL ${JSON.stringify(url)} for ${app.providerId}: not absolute`)
}
