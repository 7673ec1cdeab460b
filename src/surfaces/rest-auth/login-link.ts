/**
 * Passwordless login by a mailed link (`ACCOUNT_LOGIN_BY_LINK_ENABLED`). Ours: allauth has codes alone. The key
 * comes after `#`, so no server's log, proxy or `Referer` header holds it.
 */
import { message } from '../../i18n/message.ts'
import { logInByLink, type LinkLoginOutcome } from '../../core/accounts/emailed-login.ts'
import { requestLoginLink } from '../../core/accounts/request-login.ts'
import type { Settings } from '../../settings/parse.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors, throttled } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { charField } from './fields.ts'
import { trustFields } from './device-trust.ts'
import { loginResultReply } from './login-reply.ts'
import { MAIL_UNDERWAY, mailedLoginFields, wishOf } from './mailed-login.ts'
import { loginResponses } from './mfa-schemas.ts'
import { loginContext, loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import type { DeviceTrustSettings } from '../../settings/trust-cookie.ts'

function isOn(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_BY_LINK_ENABLED' | 'SOCIALACCOUNT_ONLY'> &
    PolicyOf<'social'>,
): boolean {
  return settings.ACCOUNT_LOGIN_BY_LINK_ENABLED && hasPasswordLogin(settings)
}

/** `login/link/request/`: mails a link. The answer is the same for known and unknown addresses. */
export const loginLinkRequestRoute = defineRoute({
  name: 'Login Link Request',
  description: 'Send a link that logs in to an e-mail address.',
  when: isOn,
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Ask for a link by mail that logs in',
      turnstile: 'login',
      input: mailedLoginFields,
      responses: () => ({
        200: detailResponse('The same for known and unknown addresses.'),
        400: fieldErrorsResponse(),
      }),
      handle: async ({ deps, request }, values) => {
        const context = emailContextOf(deps.settings, request)
        const outcome = await requestLoginLink(deps, values.email, context)
        if (outcome.kind === 'invalid') throw faultError(outcome.faults)
        if (outcome.kind === 'throttled') throw throttled(outcome.waitSeconds)
        return { body: { detail: MAIL_UNDERWAY } }
      },
    },
  },
})

/**
 * `login/link/confirm/`: logs in with the link's key, once. It takes a POST, and the page asks for a click: mail
 * scanners follow every link by GET, and would use it up.
 */
export const loginLinkConfirmRoute = defineRoute({
  name: 'Login Link Confirm',
  description: 'Log in with the key of a link that was sent by e-mail.',
  when: isOn,
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in by a mailed link',
      input: (settings: DeviceTrustSettings & LoginChoiceSettings) => ({
        key: charField(),
        ...trustFields(settings),
        ...loginChoiceFields(settings),
      }),
      responses: (settings) => ({
        ...loginResponses(settings),
        400: fieldErrorsResponse('The key is false, used, or too old.'),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const wish = wishOf(context, values.trust_token)
        return replyTo(context, await logInByLink(context.deps, values.key, wish))
      },
    },
  },
})

async function replyTo(context: Context, outcome: LinkLoginOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
    case 'second_factor_required':
    case 'email_unverified':
      return loginResultReply(context, outcome)
    case 'bad_key':
      throw fieldErrors({ key: [message('token_invalid')] })
  }
}
