import {
  isRedirectUri,
  type SocialApp,
  type SocialApps,
} from '../../../settings/social-providers.ts'
import { wrongSettings } from '../../../settings/read.ts'
import * as list from './index.ts'
import type { SocialProvider } from './provider.ts'

/** By their names in `SOCIALACCOUNT_PROVIDERS`. */
const providers: ReadonlyMap<string, SocialProvider> = new Map(
  Object.values(list).map((provider) => [provider.id, provider]),
)

/** A provider and the app that is registered with it. */
export type ConfiguredProvider = { readonly provider: SocialProvider; readonly app: SocialApp }

/** The provider behind a `providerId`, if an app for it is set up. */
export function findProvider(apps: SocialApps, providerId: string): ConfiguredProvider | undefined {
  const app = Object.hasOwn(apps, providerId) ? apps[providerId] : undefined
  const provider = app === undefined ? undefined : providers.get(app.provider)
  return app === undefined || provider === undefined ? undefined : { provider, app }
}

/** Every provider with an app, in the order of the setting. */
export function configuredProviders(apps: SocialApps): readonly ConfiguredProvider[] {
  return Object.keys(apps).flatMap((providerId) => findProvider(apps, providerId) ?? [])
}

/**
 * Stops a deployment whose apps cannot work, as `parseSettings` does for everything that can be judged
 * without knowing the providers.
 *
 * @throws SettingsError
 */
export function requireSoundApps(apps: SocialApps): void {
  const faults = findAppFaults(apps).map((fault) => `SOCIALACCOUNT_PROVIDERS ${fault}`)
  if (faults.length > 0) throw wrongSettings(faults)
}

/** What is wrong with the apps, each completing "SOCIALACCOUNT_PROVIDERS …". */
export function findAppFaults(apps: SocialApps): readonly string[] {
  return Object.values(apps).flatMap((app) => {
    const provider = providers.get(app.provider)
    if (provider !== undefined) {
      return [...provider.checkApp(app), ...badCallbackUrls(app), ...takenNames(app)]
    }
    if (app.declaredBy === 'variables') return []
    return [`knows ${[...providers.keys()].join(', ')}, not ${app.provider}`]
  })
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
