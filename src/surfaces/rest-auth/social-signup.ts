/**
 * Finishing a social sign-up for which the provider did not say enough. A signed ticket carries the provider's proof
 * from the login to here, so that nothing is stored for people who never return.
 */
import { message } from '../../i18n/message.ts'
import { emailOf } from '../../core/social/match.ts'
import { finishSocialSignUp } from '../../core/social/login.ts'
import {
  configuredProvider,
  type ConfiguredProvider,
} from '../../core/social/providers/configured.ts'
import type { SocialProfile } from '../../core/social/providers/provider.ts'
import { knownApps } from '../../core/social/providers/known.ts'
import { openTicket } from '../../core/social/sign-up-ticket.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import type { Settings } from '../../settings/parse.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors } from '../../web/errors.ts'
import { defineRoute, type Context } from './define-route.ts'
import { charField, emailField } from './fields.ts'
import { deviceLoginReply, mailedStepReply, withHandle } from './login-reply.ts'
import { loginResponses } from './mfa-schemas.ts'
import { loginContext, loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { refusalOf } from './social-refusal.ts'

/**
 * `social/signup/`: continues a sign-up for which the provider did not say enough (allauth: `provider/signup`). A typed
 * address counts as unverified, for every provider. 400 for a ticket that is forged, used or expired.
 */
export const socialSignUpRoute = defineRoute({
  name: 'Social Sign-up',
  when: (settings) =>
    settings.SOCIAL_SIGNUP && knownApps(settings.SOCIALACCOUNT_PROVIDERS).length > 0,
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Give the address, or own fields, that a provider did not',
      turnstile: 'signup',
      input: (settings: LoginChoiceSettings & Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH'>) => ({
        signup_token: charField(),
        // Where the provider gave one, that counts.
        email: emailField({ required: false, maxLength: settings.ACCOUNT_EMAIL_MAX_LENGTH }),
        ...loginChoiceFields(settings),
      }),
      takesGivenFields: () => true,
      responses: (settings) => ({
        ...loginResponses(settings),
        400: fieldErrorsResponse('A false, used or old token, or no account may come of it.'),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const ticket = await ticketOf(context, values.signup_token)
        const outcome = await finish(context, ticket, values.email ?? '')
        if (outcome.kind === 'rejected' || outcome.kind === 'second_factor_required') {
          throw badToken()
        }
        if (outcome.kind === 'mailed_step_required') return mailedStepReply(outcome)
        if (outcome.kind !== 'issued') throw await refusalOf(context, ticket.configured, outcome)
        const reply = await deviceLoginReply(context, { ...outcome, kind: 'login' })
        return withHandle(reply, outcome.handle)
      },
    },
  },
})

type Ticket = {
  readonly configured: ConfiguredProvider
  readonly profile: SocialProfile
  readonly issuedAt: Date
}

/**
 * The social account that the ticket proves, and its app. An app that was removed from the settings meanwhile proves
 * nothing.
 *
 * @throws ApiError 400
 */
async function ticketOf({ deps }: Context, token: string): Promise<Ticket> {
  const ticket = await openTicket(deps, token)
  const known = knownApps(deps.settings.SOCIALACCOUNT_PROVIDERS).find(
    ({ app }) => app.providerId === ticket?.providerId,
  )
  if (ticket === undefined || known === undefined) throw badToken()
  return {
    configured: configuredProvider(known),
    profile: ticket.profile,
    issuedAt: ticket.issuedAt,
  }
}

/** Makes the account, by the same rules as any social login. */
function finish({ deps, request, own, cookies }: Context, ticket: Ticket, email: string) {
  const { settings } = deps
  const isTold = emailOf(ticket.profile) !== ''
  if (!isTold && email === '') throw fieldErrors({ email: [message('required')] })
  return finishSocialSignUp(deps, ticket.configured, {
    profile: isTold ? ticket.profile : { ...ticket.profile, email, emailVerified: false },
    own,
    sessionKey: cookies[settings.SESSION_COOKIE_NAME],
    ticketIssuedAt: ticket.issuedAt,
    emailContext: emailContextOf(settings, request),
    wanted: wantedBy(settings, settings.SESSION_LOGIN || settings.SOCIAL_LOGIN_SESSIONS),
  })
}

function badToken() {
  return fieldErrors({ signup_token: [message('token_invalid')] })
}
