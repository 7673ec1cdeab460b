/** The answers of social logins that issue nothing, and the empty session that some leave. */
import { message } from '../../i18n/message.ts'
import type { SocialLoginOutcome } from '../../core/social/attempt.ts'
import type { ConfiguredProvider } from '../../core/social/providers/configured.ts'
import type { SocialProvider } from '../../core/social/providers/provider.ts'
import { endSession, sessionToKeep } from '../../core/tokens/session.ts'
import { challenge } from '../../web/authentication.ts'
import { sessionCookie } from '../../web/cookies.ts'
import {
  ApiError,
  fieldErrors,
  nonFieldError,
  throttled,
  unauthenticated,
  unavailable,
} from '../../web/errors.ts'
import type { Context, Reply } from './define-route.ts'
import { faultMessages } from './sentences.ts'

/** Codes that clients may rely on, in `code`. */
type RefusalCode =
  | SocialProvider['refusal']
  | 'bad_credentials'
  | 'email_taken'
  | 'sign_up_closed'
  | 'social_email_missing'
  | 'login_unverified'
  | 'no_mailbox'
  | 'social_account_of_another'

/**
 * The account changed while the provider was asked: a login is refused, a connecting caller is no longer
 * authenticated.
 */
function staleProof(
  { caller, deps }: Context,
  refuse: (code: RefusalCode) => Promise<ApiError>,
): Promise<ApiError> | ApiError {
  if (caller.kind === 'anonymous') return refuse('bad_credentials')
  const detail = message('not_authenticated')
  return unauthenticated({ detail }, challenge(deps.settings))
}

/** What an empty session is of: tokens of OAuth 1.0a, or (`stashed`) a login or sign-up that is not finished. */
export type EmptySessionCause = SocialProvider['credentials'] | 'stashed'

/** Every outcome of a social login but the issued credentials. */
type SocialRefusal = Exclude<SocialLoginOutcome, { readonly kind: 'issued' }>

/** The answer to what gives no credentials. */
export async function refusalOf(
  context: Context,
  configured: ConfiguredProvider,
  outcome: SocialRefusal,
): Promise<ApiError> {
  const { provider } = configured
  const refuse = (code: RefusalCode) => refusal(context, provider.credentials, code)
  switch (outcome.kind) {
    case 'rejected':
      return refuse(provider.refusal)
    case 'code_rejected':
      return nonFieldError(message('social_code_refused'))
    case 'taken':
      return refusal(context, 'stashed', 'email_taken')
    case 'sign_up_closed':
      return refusal(context, 'stashed', 'sign_up_closed')
    case 'email_missing':
      if (outcome.ticket !== undefined) return addressWanted(outcome.ticket)
      return refusal(context, 'stashed', 'social_email_missing')
    case 'fields_missing':
      return fieldsWanted(outcome)
    case 'stale_proof':
      return staleProof(context, refuse)
    case 'email_unverified':
      return outcome.handle === undefined ? refuse('login_unverified') : codeWanted(outcome.handle)
    case 'no_mailbox':
      return refuse('no_mailbox')
    case 'inactive':
    case 'mailed_step_required':
    case 'second_factor_required':
      // The steps: of who is asked for none, connecting or signing up by a ticket.
      return refuse('bad_credentials')
    case 'connected_elsewhere':
      return refuse('social_account_of_another')
    case 'throttled':
      return throttled(outcome.waitSeconds)
    case 'unavailable':
      return unavailable(undefined, { retryAfterSeconds: outcome.retryAfterSeconds })
  }
}

/** The account exists, and waits for a mailed code at `registration/verify-email/`, with this handle. */
function codeWanted(handle: string): ApiError {
  const body = { non_field_errors: [message('login_unverified')], handle }
  return new ApiError('invalid', { status: 400, body })
}

/** The provider gave no address: which field is missing, and the ticket that `social/signup/` takes with it. */
function addressWanted(ticket: string): ApiError {
  return new ApiError('invalid', {
    status: 400,
    body: {
      non_field_errors: [message('social_email_missing')],
      code: 'email_missing',
      signup_token: ticket,
    },
  })
}

/** Which own fields are missing or wrong, and what `social/signup/` requires with them. */
function fieldsWanted({
  faults,
  ticket,
}: Extract<SocialRefusal, { readonly kind: 'fields_missing' }>): ApiError {
  const errors = faultMessages(faults)
  if (ticket === undefined) return fieldErrors(errors)
  const body = { ...errors, code: 'fields_missing', signup_token: ticket }
  return new ApiError('invalid', { status: 400, body })
}

/**
 * A refusal, with the session cookie that comes along in the reference: it keeps OAuth 1.0a tokens in the
 * session from the start, and there a sign-up that it could not finish (`stashed`).
 */
async function refusal(
  context: Context,
  cause: EmptySessionCause,
  code: RefusalCode,
): Promise<ApiError> {
  const cookies = await emptySessionOf(context, cause)
  if (cookies.length === 0) return nonFieldError(message(code))
  const body = { non_field_errors: [message(code)] }
  return new ApiError('invalid', { status: 400, body, cookies })
}

/** A login or connection that opened no session, with the cookie that comes along in the reference: see `refusal`. */
export async function withEmptySession(
  context: Context,
  cause: EmptySessionCause,
  { reply, sessionKey }: { readonly reply: Reply; readonly sessionKey: string | undefined },
): Promise<Reply> {
  if (sessionKey !== undefined) return reply
  const cookies = await emptySessionOf(context, cause)
  return { ...reply, cookies: [...(reply.cookies ?? []), ...cookies] }
}

async function emptySessionOf(
  { deps, caller, cookies }: Context,
  cause: EmptySessionCause,
): Promise<readonly string[]> {
  const { settings, now } = deps
  const keepsSession = cause === 'token_and_secret' || cause === 'stashed'
  if (!settings.SOCIAL_LOGIN_SESSIONS || !keepsSession) return []
  const held = cookies[settings.SESSION_COOKIE_NAME]
  // Whoever is known already is logged out before a sign-up, which then has a session to itself.
  const isLeft = cause === 'stashed' && caller.kind !== 'anonymous'
  if (isLeft && held !== undefined) await endSession(deps, held)
  const key = await sessionToKeep(deps, isLeft ? undefined : held)
  return [sessionCookie(settings, key, now)]
}
