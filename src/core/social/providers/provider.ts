/** What a provider is, and the outcomes that its code may have. `core/social` treats all providers alike. */
import type { SocialApp } from '../../../settings/social-providers.ts'
import { knownProviders, type KnownProvider, type ProviderId } from './known.ts'

/** What a client may send to prove who someone is at a provider. */
export type GivenCredentials = {
  readonly accessToken?: string | undefined
  /** Second half of an OAuth 1.0a token. */
  readonly tokenSecret?: string | undefined
  readonly code?: string | undefined
  /** RFC 7636 §4.1. */
  readonly codeVerifier?: string | undefined
  readonly idToken?: string | undefined
  /** Where the code was sent to; one of the app's `callbackUrls`, which the caller has checked. */
  readonly redirectUri?: string | undefined
  /** What the ID token must carry (OpenID Connect Core §3.1.2.1), where the login began with one. */
  readonly nonce?: string | undefined
  /** The nonce is one of ours, so the ID token must carry it. */
  readonly isNonceOurs?: boolean
  /** Apple's JSON of the name, which it sends once in a person's life. */
  readonly user?: string | undefined
}

/** One attempt to find out who someone is: the app asked for, what was sent, and the means. */
export type ProviderRequest = {
  readonly app: SocialApp
  readonly given: GivenCredentials
  /** `SOCIALACCOUNT_QUERY_EMAIL` */
  readonly queryEmail: boolean
  readonly now: Date
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Aborts when the provider has had its time, over all its calls together. */
  readonly signal: AbortSignal
  readonly randomBytes: (length: number) => Uint8Array
}

/** What a provider issued; kept sealed where `SOCIALACCOUNT_STORE_TOKENS` is on. */
export type ProviderTokens = {
  readonly accessToken: string
  readonly tokenSecret?: string
  readonly refreshToken?: string
  readonly idToken?: string
  readonly expiresAt?: Date
}

/** Who someone is, in the same words for every provider. */
export type SocialProfile = {
  /** allauth's `SocialAccount.provider`: the app's `providerId`. */
  readonly provider: string
  /** allauth's `uid`: the provider's own id of the person, never an address or a name. */
  readonly subject: string
  readonly email: string
  /** The provider vouches that the address is the person's, or the operator trusts it (`VERIFIED_EMAIL`). */
  readonly emailVerified: boolean
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  /** What the provider said, for `SocialAccount.extra_data`. */
  readonly extraData: Readonly<Record<string, unknown>>
  readonly tokens?: ProviderTokens
  /** Something that must not be believed twice: an ID token a client brought. */
  readonly spend?: { readonly value: string; readonly expiresAt: Date }
}

/** Why a credential proves nothing; for the log, never for the client. */
export type Rejection =
  | 'bad_answer'
  | 'bad_credential'
  | 'bad_id_token'
  | 'no_subject'
  | 'not_confirmed'
  | 'refused'
  | 'token_of_another_app'

/** The credential proves nothing. */
export type Rejected = {
  readonly kind: 'rejected'
  readonly reason: Rejection
  readonly said?: string
}

/** The code was not exchanged. `said`: the provider's own word for why, for the log. */
export type CodeRejected = { readonly kind: 'code_rejected'; readonly said?: string }

/** The provider was down, slow, or turned us away; `status` when it answered at all. */
export type Unavailable = {
  readonly kind: 'unavailable'
  /** Where it happened: the reference answers differently. */
  readonly during: 'code_exchange' | 'profile'
  readonly status: number | undefined
  readonly retryAfterSeconds: number
}

/** Outcome of asking who a token belongs to. */
export type ProfileOutcome =
  | { readonly kind: 'profile'; readonly profile: SocialProfile }
  | Rejected
  | Unavailable

/** Outcome of exchanging an authorization code. */
export type TokensOutcome =
  | { readonly kind: 'tokens'; readonly tokens: ProviderTokens }
  | CodeRejected
  | Unavailable

/** Outcome of asking whom a token was issued to. */
type ConfirmOutcome = { readonly kind: 'ours' } | Rejected | Unavailable

/** Where a browser begins. */
export type AuthorizeOutcome = { readonly kind: 'url'; readonly url: URL } | Unavailable

/** What the authorization URL carries besides the app's own values. */
export type AuthorizeRequest = {
  readonly redirectUri: string
  readonly state: string
  readonly codeVerifier: string
  readonly nonce: string
}

/** Code and what it is bound to. */
export type CodeGrant = {
  readonly code: string
  readonly codeVerifier: string | undefined
  readonly redirectUri: string | undefined
}

/** A social provider. Matching and linking accounts is the same for all and not its business. */
export type SocialProvider = KnownProvider & {
  readonly id: ProviderId
  /** What the client reads when a credential proves nothing. */
  readonly refusal: 'value_incorrect' | 'social_private_resources'
  /** Which fields a login takes: OAuth 1.0a's pair or a code, or the three of OAuth 2.0. */
  readonly credentials: 'token_and_secret' | 'token'
  /** Whether a login may bring a code. */
  readonly takesCode: (app: SocialApp) => boolean
  /** Faults of an app, each completing "SOCIALACCOUNT_PROVIDERS …"; none when it can work. */
  readonly checkApp: (app: SocialApp) => readonly string[]
  /** Where to send the browser. */
  readonly authorize: (
    attempt: ProviderRequest,
    request: AuthorizeRequest,
  ) => Promise<AuthorizeOutcome>
  readonly exchangeCode: (attempt: ProviderRequest, grant: CodeGrant) => Promise<TokensOutcome>
  readonly fetchProfile: (
    attempt: ProviderRequest,
    tokens: ProviderTokens,
  ) => Promise<ProfileOutcome>
  /**
   * Asks the provider whether a token that a client brought was issued to our app. Absent: it cannot
   * be asked, and such tokens are not believed; a code or an ID token is needed.
   */
  readonly confirmToken?: (
    attempt: ProviderRequest,
    tokens: ProviderTokens,
  ) => Promise<ConfirmOutcome>
  /** Reads an ID token that a client brought. Absent: ID tokens are ignored, as the reference does. */
  readonly readIdToken?: (attempt: ProviderRequest, idToken: string) => Promise<ProfileOutcome>
}

type Defaulted = 'refusal' | 'credentials' | 'takesCode' | 'checkApp'

/** A provider with the usual answers filled in, and what is known of it. */
export function defineProvider(
  definition: Omit<SocialProvider, Defaulted | keyof KnownProvider> &
    Partial<Pick<SocialProvider, Defaulted>>,
): SocialProvider {
  return {
    refusal: 'value_incorrect',
    credentials: 'token',
    takesCode: () => true,
    checkApp: (app) => (app.secret === '' ? [`has no secret for ${app.providerId}`] : []),
    ...knownProviders[definition.id],
    ...definition,
  }
}
