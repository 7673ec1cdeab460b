/**
 * Step-up authentication: proving one's presence again before something sensitive. Modelled on allauth's
 * `reauthenticate`; ours, not dj-rest-auth's.
 */
import { message } from '../../i18n/message.ts'
import {
  reauthenticateByCode,
  reauthenticateByMailedCode,
  reauthenticateByPasskey,
  reauthenticateByPassword,
  type CodeProofOutcome,
  type MailedProofOutcome,
  type PasskeyProofOutcome,
  type PasswordProofOutcome,
} from '../../core/second-factor/reauthenticate.ts'
import { factorStateJson, parseFactorState } from '../../core/second-factor/totp.sql.ts'
import { reauthenticationFlows, recentUntil } from '../../core/tokens/recent-proof.ts'
import type { Settings } from '../../settings/parse.ts'
import { usesRecentProofs } from '../../settings/step-up.ts'
import { fieldErrors, nonFieldError, throttled } from '../../web/errors.ts'
import { plainJson, type JsonValue } from '../../web/json.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import { charField, jsonField, passwordField } from './fields.ts'
import { passkeyProofError, requireRelyingParty } from './passkey-schemas.ts'
import { flowsSchema, reauthenticationRequired } from './recent-proof.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { dateTimeBody } from './serializers.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** Until when the proof counts; null where the caller must prove again first. */
const UNTIL = { type: ['string', 'null'], format: 'date-time' } as const

const stateSchema = {
  type: 'object',
  properties: { reauthenticated_until: UNTIL, flows: flowsSchema },
  required: ['reauthenticated_until', 'flows'],
} as const

const provedSchema = {
  type: 'object',
  properties: { reauthenticated_until: { type: 'string', format: 'date-time' } },
  required: ['reauthenticated_until'],
} as const

const NOTHING_GIVEN = message('proof_missing')

/**
 * `reauthenticate/`: `GET` says until when the caller's last proof counts and how it can be renewed; `POST` takes a
 * password, a code, a mailed code or a passkey, and renews it.
 *
 * 400 for a proof that is wrong, 429 after too many: the limits are those of a login, or a stolen session would be
 * a way around them.
 */
export const reauthenticateRoute = defineRoute({
  name: 'Reauthenticate',
  description: 'Prove again who you are, by password, code or passkey.',
  when: usesRecentProofs,
  access: 'authenticated',
  isThrottled: true,
  readsProof: true,
  callerColumn: factorStateJson,
  methods: {
    GET: {
      summary: 'Tell how recent the last proof is, and how to give another',
      responses: () => ({
        200: { description: 'Null where it is not recent any more.', schema: stateSchema },
      }),
      handle: ({ deps, caller }) => {
        const until = recentUntil(deps, caller)
        return {
          body: {
            reauthenticated_until: until === undefined ? null : dateTimeBody(until),
            flows: reauthenticationFlows(deps, caller),
          },
        }
      },
    },
    POST: {
      summary: 'Prove again who is calling',
      input: proofFields,
      responses: () => ({
        200: { description: 'Proved, until then.', schema: provedSchema },
        400: fieldErrorsResponse('It proves nothing.'),
      }),
      handle: async (context, values) => reply(context, await reauthenticate(context, values)),
    },
  },
})

function proofFields(
  settings: Pick<Settings, 'ACCOUNT_LOGIN_BY_CODE_ENABLED' | 'MFA_ENABLED' | 'PASSKEYS_ENABLED'> &
    PolicyOf<'passwords'>,
) {
  return {
    password: passwordField({ trim: settings.policy.passwords.areTrimmed, required: false }),
    ...(settings.MFA_ENABLED || settings.ACCOUNT_LOGIN_BY_CODE_ENABLED
      ? { code: charField({ required: false, maxLength: 32 }) }
      : {}),
    ...(settings.ACCOUNT_LOGIN_BY_CODE_ENABLED ? { handle: charField({ required: false }) } : {}),
    ...(settings.PASSKEYS_ENABLED
      ? {
          credential: jsonField({ required: false }),
          session_id: charField({ required: false, pattern: /^[0-9a-f]{32}$/ }),
        }
      : {}),
  }
}

type Given = {
  readonly password?: string | undefined
  readonly code?: string | undefined
  readonly handle?: string | undefined
  readonly credential?: JsonValue | undefined
  readonly session_id?: string | undefined
}

/** The result of a proof of any kind. */
type Outcome = PasswordProofOutcome | CodeProofOutcome | MailedProofOutcome | PasskeyProofOutcome

async function reauthenticate(context: UserContext, given: Given): Promise<Outcome> {
  const { deps, caller } = context
  const { credential, session_id: sessionId, code, handle, password } = given
  if (credential !== undefined) {
    const party = requireRelyingParty(context)
    if (sessionId === undefined) throw fieldErrors({ session_id: [message('required')] })
    const assertion = { credential: plainJson(credential), sessionId }
    return reauthenticateByPasskey(deps, caller, { party, given: assertion })
  }
  if (code !== undefined && handle !== undefined) {
    return reauthenticateByMailedCode(deps, caller, { handle, code })
  }
  if (code !== undefined) {
    const { device } = parseFactorState(caller.column ?? '')
    return reauthenticateByCode(deps, caller, { device, code })
  }
  if (password !== undefined) return reauthenticateByPassword(deps, caller, password)
  throw nonFieldError(NOTHING_GIVEN)
}

function reply({ deps, caller }: UserContext, outcome: Outcome): Reply {
  switch (outcome.kind) {
    case 'proved':
      return { body: { reauthenticated_until: dateTimeBody(outcome.until) } }
    case 'bad_password':
      throw fieldErrors({ password: [message('password_wrong')] })
    case 'bad_handle':
      throw fieldErrors({ handle: [message('token_invalid')] })
    case 'bad_code':
      throw fieldErrors({ code: [message('code_invalid')] })
    case 'not_offered':
      throw reauthenticationRequired({
        kind: 'reauthentication_required',
        flows: reauthenticationFlows(deps, caller),
      })
    case 'challenge_expired':
    case 'not_a_credential':
    case 'unknown_credential':
    case 'verification_failed':
      throw passkeyProofError(outcome)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}
