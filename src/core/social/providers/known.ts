/** Names of all providers and their apps, without their code: the table of routes needs them at a cold start. */
import type { SocialApp, SocialApps } from '../../../settings/social-providers.ts'

/** What is known of a provider before its code is read, which happens with the first login by one. */
export type KnownProvider = {
  /** What people call it; OPTIONS of its login URL says `<name> Login`. */
  readonly name: string
  /** How the answer comes back to the redirect URI: in its query, or posted by a form (Apple). */
  readonly responseMode: 'query' | 'form_post'
}

/** Every provider, by its name in `SOCIALACCOUNT_PROVIDERS`; the code of each is a file of its own. */
export const knownProviders = {
  apple: { name: 'Apple', responseMode: 'form_post' },
  discord: { name: 'Discord', responseMode: 'query' },
  facebook: { name: 'Facebook', responseMode: 'query' },
  github: { name: 'GitHub', responseMode: 'query' },
  google: { name: 'Google', responseMode: 'query' },
  linkedin: { name: 'LinkedIn', responseMode: 'query' },
  microsoft: { name: 'Microsoft', responseMode: 'query' },
  openid_connect: { name: 'OpenID Connect', responseMode: 'query' },
  twitter: { name: 'Twitter', responseMode: 'query' },
} as const satisfies Readonly<Record<string, KnownProvider>>

/** allauth's id of a provider, and the first part of its URL. */
export type ProviderId = keyof typeof knownProviders

/** An app that is registered with a provider. */
export type KnownApp = {
  readonly provider: KnownProvider & { readonly id: ProviderId }
  readonly app: SocialApp
}

/** Whether a word is a provider's name. */
export function isProviderId(word: string): word is ProviderId {
  return Object.hasOwn(knownProviders, word)
}

/** Every app of a known provider, in the order of the setting. */
export function knownApps(apps: SocialApps): readonly KnownApp[] {
  return Object.values(apps).flatMap((app) => {
    const id = app.provider
    return isProviderId(id) ? [{ provider: { id, ...knownProviders[id] }, app }] : []
  })
}
