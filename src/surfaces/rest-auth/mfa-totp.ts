/**
 * Setting up and removing an authenticator app (TOTP, RFC 6238), after dj-rest-auth's MFA extension. Activation
 * takes two steps, so that no one is locked out by an app that never stored the secret.
 */
import { message } from '../../i18n/message.ts'
import { deactivate } from '../../core/second-factor/totp-deactivation.ts'
import {
  activationFault,
  beginActivation,
  confirmActivation,
  type ActivationOutcome,
} from '../../core/second-factor/totp-activation.ts'
import { factorStateJson } from '../../core/second-factor/totp.sql.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { fieldErrors, throttled } from '../../web/errors.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import {
  factorCaller,
  NOT_ACTIVE,
  recentFactorCaller,
  refuse,
  requireActive,
} from './factor-caller.ts'
import { charField } from './fields.ts'
import { codesSchema, totpSetupSchema } from './mfa-schemas.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { loadSecondFactor } from '../../core/second-factor/load-second-factor.ts'

const ALREADY_ACTIVE = message('totp_already_active')
const UNVERIFIED = message('totp_needs_verified_email')

/**
 * `mfa/totp/activate/` (dj-rest-auth: `TOTPActivateView`). `GET` answers a new secret, its `otpauth:` URL and QR
 * code; the secret is not stored but sealed into the answer. `POST` takes it back with a code of the app, stores it
 * and answers the recovery codes. 400 where an app is active already, or the code is wrong.
 */
export const totpActivateRoute = defineRoute({
  name: 'Totp Activate',
  description:
    'GET: Generate a new TOTP secret + provisioning URI + QR code.\nPOST: Confirm TOTP activation with activation_token and a valid code.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: factorStateJson,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'Begin to set up an authenticator app',
      recentProof: factorsNeedRecentProof,
      responses: () => ({
        200: { description: 'Nothing is kept before it is confirmed.', schema: totpSetupSchema },
      }),
      handle: async ({ deps, caller }) => {
        const setup = await beginActivation(deps, caller.user)
        // Drawing needs a package of its own, which is loaded here and nowhere else.
        const { qrCodeDataUri } = await loadSecondFactor()
        return {
          body: {
            secret: setup.secret,
            totp_url: setup.totpUrl,
            qr_code_data_uri: qrCodeDataUri(setup.totpUrl),
            activation_token: setup.activationToken,
          },
        }
      },
    },
    POST: {
      summary: 'Confirm an authenticator app',
      recentProof: factorsNeedRecentProof,
      before: requireMayActivate,
      input: () => ({ activation_token: charField(), code: charField() }),
      responses: () => ({
        200: {
          description: 'On; the recovery codes are shown here.',
          schema: codesSchema('recovery_codes'),
        },
        400: fieldErrorsResponse('A bad token or code, or it is on already.'),
      }),
      handle: async (context, values) =>
        activationReply(
          await confirmActivation(context.deps, recentFactorCaller(context), {
            activationToken: values.activation_token,
            code: values.code,
          }),
        ),
    },
  },
})

/**
 * An account with an unverified address may not have a second factor, unless a setting allows it: an attacker who
 * signed up with someone else's address would lock the owner out (account pre-hijacking).
 *
 * @throws ApiError 400
 */
function requireMayActivate(context: UserContext): void {
  const fault = activationFault(context.deps.settings, factorCaller(context).factor)
  if (fault === 'already_active') throw refuse(ALREADY_ACTIVE)
  if (fault === 'email_unverified') throw refuse(UNVERIFIED)
}

function activationReply(outcome: ActivationOutcome): Reply {
  switch (outcome.kind) {
    case 'activated':
      return { body: { recovery_codes: outcome.recoveryCodes } }
    case 'bad_token':
      throw fieldErrors({ activation_token: [message('activation_token_invalid')] })
    case 'token_of_another':
      throw fieldErrors({ activation_token: [message('activation_token_of_another')] })
    case 'bad_code':
      throw fieldErrors({
        code: [message('totp_code_invalid')],
      })
    case 'already_active':
      throw refuse(ALREADY_ACTIVE)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

/**
 * `mfa/totp/deactivate/`: removes the app and its recovery codes, against a code of the app (dj-rest-auth:
 * `TOTPDeactivateView`). Wrong codes are counted like those of a login.
 */
export const totpDeactivateRoute = defineRoute({
  name: 'Totp Deactivate',
  description: 'Deactivate TOTP MFA. Requires a valid TOTP code to confirm.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: factorStateJson,
  isForOwnerAlone: true,
  methods: {
    POST: {
      summary: 'Take the authenticator app away',
      // The code is a proof itself, and a better one than any that went before.
      before: requireActive,
      input: () => ({ code: charField() }),
      responses: () => ({
        200: detailResponse('Off; the recovery codes are gone, too.'),
        400: fieldErrorsResponse('A bad code, or it is off already.'),
      }),
      handle: async (context, values) => {
        const caller = factorCaller(context)
        const { device } = caller.factor
        if (device === undefined) throw refuse(NOT_ACTIVE)
        const outcome = await deactivate(context.deps, caller, { device, code: values.code })
        switch (outcome.kind) {
          case 'deactivated':
            return { body: { detail: message('totp_deactivated') } }
          case 'bad_code':
            throw fieldErrors({ code: [message('code_invalid')] })
          case 'throttled':
            throw throttled(outcome.waitSeconds)
        }
      },
    },
  },
})
