/**
 * Logging in with a passkey (WebAuthn L3 §7.2): `begin` answers a challenge, `complete` takes the authenticator's
 * signature over it. A signature is bound to the origin, so it cannot be phished.
 */
import { message } from '../../i18n/message.ts'
import { beginLogin } from '../../core/second-factor/passkeys.ts'
import { logInByPasskey, type PasskeyLoginOutcome } from '../../core/sign-in/by-passkey.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import { nonFieldError } from '../../web/errors.ts'
import { plainJson } from '../../web/json.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { charField, emailField, jsonField } from './fields.ts'
import { trustFields, trustTokenOf } from './device-trust.ts'
import { loginResultReply } from './login-reply.ts'
import { loginResponses } from './mfa-schemas.ts'
import { passkeyProofError, requestOptionsSchema, requireRelyingParty } from './passkey-schemas.ts'
import { loginContext, loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'
import { fieldErrorsResponse } from './schemas.ts'
import type { DeviceTrustSettings } from '../../settings/trust-cookie.ts'

/**
 * `passkeys/login/begin/`: options for `navigator.credentials.get()` (dj-rest-auth: `PasskeyLoginBeginView`). Named
 * accounts get their credential ids, unknown ones plausible fakes; without a name the browser offers any it
 * holds.
 */
export const passkeyLoginBeginRoute = defineRoute({
  name: 'Passkey Login Begin',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Begin to log in with a passkey',
      input: () => ({
        username: charField({ required: false, allowBlank: true }),
        email: emailField({ required: false, allowBlank: true }),
      }),
      responses: () => ({
        200: { description: 'Options for the browser.', schema: requestOptionsSchema },
        400: fieldErrorsResponse(),
      }),
      handle: async (context, { username = '', email = '' }) => {
        const party = requireRelyingParty(context)
        return { body: await beginLogin(context.deps, party, { username, email }) }
      },
    },
  },
})

/**
 * `passkeys/login/complete/`: verifies the assertion and logs in (dj-rest-auth: `PasskeyLoginCompleteView`). 400
 * for a used or expired challenge, an unknown credential or a bad signature; a counter that did not grow is refused
 * as a cloned authenticator.
 */
export const passkeyLoginCompleteRoute = defineRoute({
  name: 'Passkey Login Complete',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Log in with a passkey',
      input: (settings: DeviceTrustSettings & LoginChoiceSettings) => ({
        credential: jsonField(),
        session_id: charField({ pattern: /^[0-9a-f]{32}$/ }),
        ...loginChoiceFields(settings),
        ...trustFields(settings),
      }),
      responses: (settings) => ({
        ...loginResponses(settings),
        400: fieldErrorsResponse('It proves nothing.'),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const { settings } = context.deps
        const party = requireRelyingParty(context)
        const outcome = await logInByPasskey(context.deps, party, {
          credential: plainJson(values.credential),
          sessionId: values.session_id,
          trustToken: trustTokenOf(context, values.trust_token),
          sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
          wanted: wantedBy(settings, settings.SESSION_LOGIN),
        })
        return replyTo(context, outcome)
      },
    },
  },
})

async function replyTo(context: Context, outcome: PasskeyLoginOutcome): Promise<Reply> {
  switch (outcome.kind) {
    case 'issued':
    case 'second_factor_required':
    case 'mailed_step_required':
    case 'no_mailbox':
    case 'email_unverified':
    case 'throttled':
      return loginResultReply(context, outcome)
    case 'challenge_expired':
    case 'not_a_credential':
    case 'unknown_credential':
    case 'verification_failed':
      throw passkeyProofError(outcome)
    case 'stale_proof':
      throw passkeyProofError({ kind: 'verification_failed' })
    case 'inactive':
      throw nonFieldError(message('account_disabled'))
  }
}
