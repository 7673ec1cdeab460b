/** Tokens of a provider's answer. */
import type { ProviderTokens } from './provider.ts'
import { textOf } from './profile.ts'
import { recordOf } from './request-json.ts'

type FoundTokens = { readonly kind: 'tokens'; readonly tokens: ProviderTokens }

/** Tokens out of a token endpoint's answer (RFC 6749 §5.1); no access token, no tokens. */
export function tokensOf(data: unknown, now: Date): FoundTokens | undefined {
  const fields = recordOf(data)
  const accessToken = textOf(fields?.['access_token'])
  if (fields === undefined || accessToken === '') return undefined
  const refreshToken = textOf(fields['refresh_token'])
  const idToken = textOf(fields['id_token'])
  const lifetimeSeconds = Number(fields['expires_in'])
  const tokens: ProviderTokens = {
    accessToken,
    ...(refreshToken === '' ? {} : { refreshToken }),
    ...(idToken === '' ? {} : { idToken }),
    ...(lifetimeSeconds > 0 && lifetimeSeconds < MAX_LIFETIME_SECONDS
      ? { expiresAt: new Date(now.getTime() + lifetimeSeconds * 1000) }
      : {}),
  }
  return { kind: 'tokens', tokens }
}

/** A hundred years: more is nonsense and would not fit a Date. */
const MAX_LIFETIME_SECONDS = 100 * 366 * 86_400
