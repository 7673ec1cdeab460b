/** Registering a passkey for the caller (WebAuthn L3 §7.1), in two steps like the login. */
import { message } from '../../i18n/message.ts'
import {
  beginRegistration,
  completeRegistration,
  type RegistrationOutcome,
} from '../../core/second-factor/passkeys.ts'
import { listedPasskeysJson, parseListedPasskeys } from '../../core/second-factor/passkeys.sql.ts'
import { factorStateJson } from '../../core/second-factor/totp.sql.ts'
import type { Settings } from '../../settings/parse.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { nonFieldError } from '../../web/errors.ts'
import { plainJson } from '../../web/json.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import { recentFactorCaller } from './factor-caller.ts'
import { charField, jsonField } from './fields.ts'
import {
  creationOptionsSchema,
  passkeyBody,
  passkeySchema,
  requireRelyingParty,
} from './passkey-schemas.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'

const DEFAULT_NAME = 'Passkey'

function nameField(settings: Pick<Settings, 'PASSKEY_NAME_MAY_BE_BLANK'>) {
  return charField({
    required: false,
    allowBlank: settings.PASSKEY_NAME_MAY_BE_BLANK,
  })
}

/**
 * `passkeys/register/begin/`: options for `navigator.credentials.create()` (dj-rest-auth:
 * `PasskeyRegisterBeginView`). The caller's passkeys are excluded, so that no authenticator holds two.
 */
export const passkeyRegisterBeginRoute = defineRoute({
  name: 'Passkey Register Begin',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: listedPasskeysJson,
  methods: {
    POST: {
      summary: 'Begin to register a passkey',
      recentProof: factorsNeedRecentProof,
      input: (settings: Pick<Settings, 'PASSKEY_NAME_MAY_BE_BLANK'>) => ({
        name: nameField(settings),
      }),
      responses: () => ({
        200: { description: 'Options for the browser.', schema: creationOptionsSchema },
        400: fieldErrorsResponse(),
      }),
      handle: async (context) => {
        const { deps, caller } = context
        const party = requireRelyingParty(context)
        const own = parseListedPasskeys(caller.column ?? '[]')
        return { body: await beginRegistration(deps, party, { user: caller.user, own }) }
      },
    },
  },
})

/**
 * `passkeys/register/complete/`: verifies and stores the new credential (dj-rest-auth:
 * `PasskeyRegisterCompleteView`). 201 with the passkey; 400 where it proves nothing or is registered already.
 */
export const passkeyRegisterCompleteRoute = defineRoute({
  name: 'Passkey Register Complete',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: factorStateJson,
  methods: {
    POST: {
      summary: 'Register a passkey',
      recentProof: factorsNeedRecentProof,
      input: (settings: Pick<Settings, 'PASSKEY_NAME_MAY_BE_BLANK'>) => ({
        credential: jsonField(),
        name: nameField(settings),
      }),
      responses: () => ({
        201: { description: 'Registered.', schema: passkeySchema },
        400: fieldErrorsResponse('It proves nothing, or is registered already.'),
      }),
      handle: async (context, values) => {
        const party = requireRelyingParty(context)
        const caller = requireVerified(context)
        const outcome = await completeRegistration(context.deps, caller, {
          party,
          credential: plainJson(values.credential),
          name: values.name === undefined || values.name === '' ? DEFAULT_NAME : values.name,
        })
        return registrationReply(outcome)
      },
    },
  },
})

/**
 * An attacker who signed up with someone else's address must not keep a passkey when its owner takes the account over
 * (account pre-hijacking).
 *
 * @throws ApiError 400
 */
function requireVerified(context: UserContext) {
  const caller = recentFactorCaller(context)
  const { MFA_ALLOW_UNVERIFIED_EMAIL } = context.deps.settings
  if (caller.factor.isUnverified && !MFA_ALLOW_UNVERIFIED_EMAIL) {
    throw nonFieldError(message('login_unverified'))
  }
  return caller
}

function registrationReply(outcome: RegistrationOutcome): Reply {
  switch (outcome.kind) {
    case 'registered':
      return { status: 201, body: passkeyBody(outcome.passkey) }
    case 'invalid':
      throw faultError(outcome.faults)
    case 'challenge_expired':
      throw nonFieldError(message('passkey_challenge_over'))
    case 'verification_failed':
    case 'stale_proof':
      throw nonFieldError(message('passkey_refused'))
    case 'already_registered':
      throw nonFieldError(message('passkey_already_registered'))
  }
}
