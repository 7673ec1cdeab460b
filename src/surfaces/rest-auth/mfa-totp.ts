import { message } from '../../i18n/message.ts'
import { deactivate } from '../../core/second-factor/totp-deactivation.ts'
import {
  activationFault,
  beginActivation,
  confirmActivation,
  type ActivationOutcome,
} from '../../core/second-factor/totp-activation.ts'
import { factorStateJson } from '../../core/second-factor/totp.sql.ts'
import type { Settings } from '../../settings/parse.ts'
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

/** `mfa/totp/activate/`: sets up an authenticator app (dj-rest-auth: `TOTPActivateView`). */
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
        // Drawn for those who set up an app, and nobody else.
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
      input: (_settings: Settings) => ({ activation_token: charField(), code: charField() }),
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

/** `mfa/totp/deactivate/`: takes it away (dj-rest-auth: `TOTPDeactivateView`). */
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
      input: (_settings: Settings) => ({ code: charField() }),
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
