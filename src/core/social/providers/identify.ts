/**
 * From what a client sent (code, access token, ID token) to a confirmed profile. A bare access token must have been
 * issued to our app before its profile is believed (confused deputy).
 */
import type {
  ProviderRequest,
  CodeRejected,
  ProfileOutcome,
  ProviderTokens,
  SocialProvider,
} from './provider.ts'
import { rejected } from './profile.ts'

/** Who it is; or the credential proves nothing; or the code was not exchanged; or ask again later. */
export type IdentifyOutcome = ProfileOutcome | CodeRejected

/**
 * Finds out who someone is from what a client sent (dj-rest-auth: `SocialLoginSerializer.validate`).
 * An access token goes before a code, as there. An ID token counts where the provider issues them and
 * no code alone came along; a verified one needs no call per login. Apple's clients send all three.
 */
export async function identify(
  provider: SocialProvider,
  attempt: ProviderRequest,
): Promise<IdentifyOutcome> {
  const { accessToken, tokenSecret, code, idToken, codeVerifier, redirectUri } = attempt.given
  const sent = [accessToken, tokenSecret, code, idToken, codeVerifier]
  // Half a surrogate pair cannot be sent anywhere; no provider ever issued one.
  if (sent.some((text) => text?.isWellFormed() === false)) return rejected('bad_credential')
  const isCodeMeant = isGiven(code) && !isGiven(accessToken)
  if (provider.readIdToken !== undefined && isGiven(idToken) && !isCodeMeant) {
    return provider.readIdToken(attempt, idToken)
  }
  if (isGiven(accessToken)) {
    const tokens = { accessToken, ...(isGiven(tokenSecret) ? { tokenSecret } : {}) }
    return verifyClientToken(provider, attempt, tokens)
  }
  if (!isGiven(code)) return rejected('bad_credential')
  const exchanged = await provider.exchangeCode(attempt, { code, codeVerifier, redirectUri })
  if (exchanged.kind !== 'tokens') return exchanged
  return provider.fetchProfile(attempt, exchanged.tokens)
}

/**
 * A token that a client brought says who its owner is, but perhaps to another app: any site where
 * someone logs in could use their token here. It counts when the provider says that it is ours
 * (allauth 0.58.0 fixed this for its own views; the reference's do not ask). Both questions are asked
 * at once: a profile read too early does no harm, a round trip costs every login.
 */
async function verifyClientToken(
  provider: SocialProvider,
  attempt: ProviderRequest,
  tokens: ProviderTokens,
): Promise<ProfileOutcome> {
  if (provider.confirmToken === undefined) return rejected('not_confirmed')
  const [outcome, confirmed] = await Promise.all([
    provider.fetchProfile(attempt, tokens),
    provider.confirmToken(attempt, tokens),
  ])
  if (outcome.kind !== 'profile') return outcome
  return confirmed.kind === 'ours' ? outcome : confirmed
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}
