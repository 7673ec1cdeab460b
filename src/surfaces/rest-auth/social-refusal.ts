import type { SocialLoginOutcome } from '../../core/social/attempt.ts'
import type { ConfiguredProvider } from '../../core/social/providers/configured.ts'
import type { SocialProvider } from '../../core/social/providers/provider.ts'
import { newAnonymousSession } from '../../core/tokens/session.ts'
import { challenge } from '../../web/authentication.ts'
import { sessionCookie } from '../../web/cookies.ts'
import {
  ApiError,
  nonFieldError,
  throttled,
  unauthenticated,
  unavailable,
} from '../../web/errors.ts'
import type { Context } from './define-route.ts'

const BAD_CREDENTIALS = 'Unable to log in with provided credentials.'

/** The account changed while the provider was asked: a login is refused, a caller is nobody's by now. */
function staleProof(
  { caller, deps }: Context,
  refuse: (message: string) => Promise<ApiError>,
): Promise<ApiError> | ApiError {
  if (caller.kind === 'anonymous') return refuse(BAD_CREDENTIALS)
  const detail = 'Authentication credentials were not provided.'
  return unauthenticated({ detail }, challenge(deps.settings))
}

type SocialRefusal = Exclude<
  SocialLoginOutcome,
  { readonly kind: 'issued' | 'second_factor_required' }
>

/** The answer to what gives no credentials. */
export async function refusalOf(
  context: Context,
  configured: ConfiguredProvider,
  outcome: SocialRefusal,
): Promise<ApiError> {
  const { provider } = configured
  const refuse = (message: string) => refusal(context, provider.credentials, message)
  switch (outcome.kind) {
    case 'rejected':
      return refuse(provider.refusal)
    case 'code_rejected':
      return nonFieldError('Failed to exchange code for access token')
    case 'taken':
      return refusal(context, 'stashed', 'User is already registered with this e-mail address.')
    case 'sign_up_closed':
      return refusal(context, 'stashed', 'Sign-up is closed.')
    case 'email_missing':
      if (outcome.ticket !== undefined) return addressWanted(outcome.ticket)
      return refusal(context, 'stashed', ADDRESS_MISSING)
    case 'stale_proof':
      return staleProof(context, refuse)
    case 'inactive':
      return refuse(BAD_CREDENTIALS)
    case 'email_unverified':
      return refuse('E-mail is not verified.')
    case 'connected_elsewhere':
      return refuse('The third-party account is already connected to a different account.')
    case 'throttled':
      return throttled(outcome.waitSeconds)
    case 'unavailable':
      return unavailable(undefined, { retryAfterSeconds: outcome.retryAfterSeconds })
  }
}

const ADDRESS_MISSING = 'The provider gave no e-mail address, and one is needed.'

/** What is missing, and what `social/signup/` wants with it. */
function addressWanted(ticket: string): ApiError {
  return new ApiError('invalid', {
    status: 400,
    body: {
      non_field_errors: [ADDRESS_MISSING],
      code: 'email_missing',
      signup_token: ticket,
    },
  })
}

/**
 * A refusal, with the session cookie that comes along in the reference: it keeps OAuth 1.0a tokens in the
 * session from the start, and there a sign-up that it could not finish (`stashed`).
 */
async function refusal(
  context: Context,
  cause: SocialProvider['credentials'] | 'stashed',
  message: string,
): Promise<ApiError> {
  const { settings, now } = context.deps
  const keepsSession = cause === 'token_and_secret' || cause === 'stashed'
  if (!settings.SOCIAL_LOGIN_SESSIONS || !keepsSession) return nonFieldError(message)
  const key =
    context.cookies[settings.SESSION_COOKIE_NAME] ?? (await newAnonymousSession(context.deps))
  const cookies = [sessionCookie(settings, key, now)]
  return new ApiError('invalid', { status: 400, body: { non_field_errors: [message] }, cookies })
}
