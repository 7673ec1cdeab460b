/** allauth's `SOCIALACCOUNT_PROVIDERS`, with client secrets taken out of it. */
import { SETTINGS } from '../../settings/parse.ts'
import { dictOf } from './names.ts'
import { holdsUnreadable } from './python-literal.ts'

/** What `SOCIALACCOUNT_PROVIDERS` becomes. */
export type TranslatedProviders = {
  readonly providers: Readonly<Record<string, unknown>>
  /** Client secrets leave it and become secrets of their own. */
  readonly secrets: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

/** Takes the apps over, and says of each option that cannot come along. */
export function translateProviders(value: unknown): TranslatedProviders {
  const secrets: Record<string, string> = {}
  const notes: string[] = []
  const providers: Record<string, unknown> = {}
  const given = dictOf(value)
  for (const [provider, options] of Object.entries(given)) {
    const copy = withoutUnreadable(provider, dictOf(options), { secrets, notes })
    if (Object.keys(copy).length === 0) continue
    try {
      SETTINGS.SOCIALACCOUNT_PROVIDERS.parse({ [provider]: copy })
      providers[provider] = copy
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'is not understood'
      notes.push(`SOCIALACCOUNT_PROVIDERS ${fault}.`)
    }
  }
  if (Object.keys(given).length > 0 && Object.keys(secrets).length === 0) {
    notes.push(
      'Social apps that are kept in the database (socialaccount_socialapp) are not settings: set PROVIDER_CLIENT_ID and the secret PROVIDER_CLIENT_SECRET of each.',
    )
  }
  return { providers, secrets, notes }
}

type Collected = { readonly secrets: Record<string, string>; readonly notes: string[] }

function withoutUnreadable(
  provider: string,
  options: Readonly<Record<string, unknown>>,
  { secrets, notes }: Collected,
): Readonly<Record<string, unknown>> {
  const copy: Record<string, unknown> = { ...options }
  for (const [name, value] of Object.entries(copy)) {
    if (name === 'APP') copy[name] = withoutSecret(value, provider, secrets)
    else if (name === 'APPS' && Array.isArray(value)) {
      copy[name] = value.map((app: unknown) => withoutSecret(app, provider, secrets))
    } else if (holdsUnreadable(value)) {
      notes.push(`SOCIALACCOUNT_PROVIDERS: ${provider}.${name} could not be read.`)
      delete copy[name]
    }
  }
  return copy
}

function withoutSecret(app: unknown, provider: string, secrets: Record<string, string>): unknown {
  const { secret, ...rest } = dictOf(app)
  const id = typeof rest['provider_id'] === 'string' ? rest['provider_id'] : provider
  if (secret !== undefined && secret !== '') {
    const name = `${id.toUpperCase().replaceAll('-', '_')}_CLIENT_SECRET`
    secrets[name] = `"secret" of ${provider} in SOCIALACCOUNT_PROVIDERS`
  }
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, holdsUnreadable(value) ? '' : value]),
  )
}
