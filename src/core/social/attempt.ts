/**
 * What every social login needs, whichever way it takes: its input, its outcomes, and what the settings say of
 * addresses.
 */
import { seal } from '../../crypto.ts'
import type { EmailContext } from '../mail/outbox.sql.ts'
import type { SocialAccountData, Spend } from './login.sql.ts'
import type { Deps } from '../../deps.ts'
import type { ConfiguredProvider } from './providers/configured.ts'
import type { ProviderRequest, GivenCredentials, SocialProfile } from './providers/provider.ts'
import type { SignIn, SignInOutcome } from '../sign-in/sign-in.ts'
import type { CredentialDeps, Wanted } from '../sign-in/credentials.ts'
import type { OutboxDeps } from '../mail/outbox.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import { isEmailRequired, type MatchSettings } from './match.ts'
import type { SignedInCaller } from '../tokens/proof.sql.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** The slice of `Deps` that social login needs. */
export type SocialLoginDeps = CredentialDeps & OutboxDeps & Pick<Deps, 'fetch'>

/** What a client sent, and to whom the social account is to belong. */
export type SocialLoginInput = {
  readonly given: GivenCredentials
  /** What the request may use once: a state that came back from a provider. */
  readonly spends: readonly Spend[]
  /** Who is connecting; `undefined`: someone logs in. */
  readonly caller: SignedInCaller | undefined
  /** The session that the request came in, if any: it goes on if it is the user's own. */
  readonly sessionKey: string | undefined
  /** Whether it ends even then: someone logs in whose request shows who they are already. */
  readonly isSessionLeft?: boolean
  /** What a trusted device shows instead of a second factor. */
  readonly trustToken?: string | undefined
  readonly emailContext: EmailContext
  readonly wanted: Wanted
  /** What was typed for own fields. */
  readonly own?: OwnInput
  /** Whether an account is made or nothing happens: a ticket never logs in. */
  readonly isSignUpAlone?: true
  /** When the ticket was issued by which an account is made. */
  readonly ticketIssuedAt?: Date
}

/** Result of a social login. */
export type SocialLoginOutcome =
  /** `handle`: of a new account whose address is verified by code. */
  | (SignInOutcome & { readonly handle?: string })
  /** What was sent proves nothing, or was used before. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'code_rejected' }
  /** The provider is down. */
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }
  /** The address is another account's. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'sign_up_closed' }
  /** `ticket`: with `SOCIAL_SIGNUP`, what the sign-up continues with when there is one. */
  | { readonly kind: 'email_missing'; readonly ticket?: string }
  /** Own fields that the provider does not say, or that are wrong; `ticket`: as of `email_missing`. */
  | {
      readonly kind: 'fields_missing'
      readonly faults: readonly OwnFault[]
      readonly ticket?: string
    }
  /** Connecting: the social account is someone else's. */
  | { readonly kind: 'connected_elsewhere' }
  | Throttled

/** One login by a proved profile: at which provider, what is to be kept, and what was asked. */
export type SocialStep = {
  readonly configured: ConfiguredProvider
  readonly profile: SocialProfile
  readonly data: SocialAccountData
  readonly input: SocialLoginInput
}

/** What identifying someone at a provider needs, under one deadline for all its calls. */
export function attemptOf(
  deps: Pick<Deps, 'settings' | 'now' | 'fetch' | 'randomBytes'>,
  configured: ConfiguredProvider,
  given: GivenCredentials,
): ProviderRequest {
  const { settings } = deps
  return {
    app: configured.app,
    given,
    queryEmail: asksForEmail(settings),
    now: deps.now,
    fetch: (url, init) => deps.fetch(url, init),
    signal: AbortSignal.timeout(settings.SOCIALACCOUNT_REQUESTS_TIMEOUT * 1000),
    randomBytes: deps.randomBytes,
  }
}

/** allauth: `QUERY_EMAIL`. Where an address must be verified, there must be one. */
function asksForEmail(
  settings: MatchSettings &
    Pick<Settings, 'SOCIALACCOUNT_EMAIL_VERIFICATION' | 'SOCIALACCOUNT_QUERY_EMAIL'>,
): boolean {
  if (settings.SOCIALACCOUNT_QUERY_EMAIL !== undefined) return settings.SOCIALACCOUNT_QUERY_EMAIL
  return isEmailRequired(settings) || isVerificationMandatory(settings)
}

/** The settings for whether addresses of providers must be verified. */
export type VerificationSettings = Pick<
  Settings,
  'ACCOUNT_EMAIL_VERIFICATION' | 'SOCIALACCOUNT_EMAIL_VERIFICATION'
>

/** Whether a social login needs a verified address. */
export function isVerificationMandatory(
  settings: VerificationSettings & PolicyOf<'social'>,
): boolean {
  return settings.policy.social.followsVerification && verificationOf(settings) === 'mandatory'
}

/** What the gate learns about the address. */
export function emailStateOf(
  settings: VerificationSettings & PolicyOf<'social'>,
  isVerified: boolean,
): SignIn['email'] {
  if (isVerified) return 'verified'
  return isVerificationMandatory(settings) ? 'unverified' : 'not_asked'
}

/**
 * What is wanted of someone with no verified address where one is asked for: allauth, which opens the session of
 * `SOCIAL_LOGIN_SESSIONS`, sends a mail and logs nobody in; dj-rest-auth logs in all the same.
 */
export function wantedOf(
  settings: VerificationSettings & Pick<Settings, 'SESSION_LOGIN'>,
  wanted: Wanted,
  isVerified: boolean,
): Wanted {
  const waits = !isVerified && verificationOf(settings) === 'mandatory'
  return waits ? withSessionBy(settings, wanted) : wanted
}

/** What is wanted, with a session only where dj-rest-auth itself opens one. */
export function withSessionBy(
  { SESSION_LOGIN }: Pick<Settings, 'SESSION_LOGIN'>,
  wanted: Wanted,
): Wanted {
  return { ...wanted, session: wanted.session && SESSION_LOGIN }
}

/** Which verification a social sign-up is under. */
export function verificationOf(settings: VerificationSettings): 'mandatory' | 'optional' | 'none' {
  return settings.SOCIALACCOUNT_EMAIL_VERIFICATION ?? settings.ACCOUNT_EMAIL_VERIFICATION
}

/** Purpose of the seal around a provider's tokens. */
const TOKENS_PURPOSE = 'social-tokens'

/** What is kept of a profile; its tokens only under `SOCIALACCOUNT_STORE_TOKENS`, and sealed. */
export async function accountData(
  deps: Pick<Deps, 'settings' | 'randomBytes'>,
  profile: SocialProfile,
): Promise<SocialAccountData> {
  const { settings, randomBytes } = deps
  const tokens = settings.SOCIALACCOUNT_STORE_TOKENS ? profile.tokens : undefined
  return {
    provider: profile.provider,
    uid: profile.subject,
    extraData: profile.extraData,
    sealedTokens:
      tokens === undefined
        ? undefined
        : await seal(
            { secret: settings.SECRET_KEY, randomBytes },
            TOKENS_PURPOSE,
            JSON.stringify(tokens),
          ),
  }
}

/** Whether a new social account may be kept: with tokens to store, the reference crashes over it. */
export function canKeepAccounts(
  settings: Pick<Settings, 'HONOUR_STORE_TOKENS' | 'SOCIALACCOUNT_STORE_TOKENS'>,
): boolean {
  return !settings.SOCIALACCOUNT_STORE_TOKENS || settings.HONOUR_STORE_TOKENS
}
