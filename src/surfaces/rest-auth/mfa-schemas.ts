/** JSON Schemas of what the second factor answers, for the OpenAPI document. */
import { hasMailedStep } from '../../settings/mailed-step.ts'
import type { Settings } from '../../settings/parse.ts'
import type { ResponseDescription } from './define-route.ts'
import { credentialsResponses, type LoginResponseSettings } from './schemas.ts'

/** JSON Schemas of what the second factor answers. */

const STRING = { type: 'string' } as const
const DATE_TIME_OR_NULL = { type: ['string', 'null'], format: 'date-time' } as const

/** The first step of a login whose second one is still to come. */
const secondFactorSchema = {
  type: 'object',
  properties: { ephemeral_token: STRING, mfa_required: { type: 'boolean' } },
  required: ['ephemeral_token', 'mfa_required'],
} as const

/** The first step of a login that a mailed code must follow. */
export const mailedStepSchema = {
  type: 'object',
  properties: { handle: STRING, code_required: { type: 'boolean' } },
  required: ['handle', 'code_required'],
} as const

/** What an authenticator app is set up with. */
export const totpSetupSchema = {
  type: 'object',
  properties: {
    secret: STRING,
    totp_url: STRING,
    qr_code_data_uri: STRING,
    activation_token: STRING,
  },
  required: ['secret', 'totp_url', 'qr_code_data_uri', 'activation_token'],
} as const

/** Whether the second factor is on. */
export function statusSchema(
  settings: Pick<Settings, 'MFA_RECOVERY_CODES_SHOW_ONCE'>,
): Readonly<Record<string, unknown>> {
  const left = settings.MFA_RECOVERY_CODES_SHOW_ONCE
  return {
    type: 'object',
    properties: {
      mfa_enabled: { type: 'boolean' },
      created_at: DATE_TIME_OR_NULL,
      last_used_at: DATE_TIME_OR_NULL,
      ...(left ? { recovery_codes_left: { type: 'integer' } } : {}),
    },
    required: [
      'mfa_enabled',
      'created_at',
      'last_used_at',
      ...(left ? ['recovery_codes_left'] : []),
    ],
  }
}

/** A list of codes under one name. */
export function codesSchema(name: 'codes' | 'recovery_codes'): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    properties: { [name]: { type: 'array', items: STRING } },
    required: [name],
  }
}

/** The settings for what the first step of a login answers. */
export type StepResponseSettings = LoginResponseSettings &
  Pick<Settings, 'ACCOUNT_LOGIN_BY_CODE_REQUIRED' | 'MFA_ENABLED'>

/**
 * What a login answers where a second factor or a mailed code may be required: the credentials, or the next step.
 * See `credentialsResponses`.
 */
export function loginResponses(
  settings: StepResponseSettings,
  status: 200 | 201 = 200,
): Readonly<Record<number, ResponseDescription>> {
  const responses = credentialsResponses(settings, status)
  const steps = [
    ...(settings.MFA_ENABLED ? [secondFactorSchema] : []),
    ...(hasMailedStep(settings) ? [mailedStepSchema] : []),
  ]
  if (steps.length === 0) return responses
  const { schema } = responses[200] ?? {}
  const all = schema === undefined ? steps : [schema, ...steps]
  return {
    ...responses,
    200: {
      description: 'Logged in; or the first step is done, and another one must follow.',
      schema: all.length === 1 ? (all[0] ?? {}) : { anyOf: all },
    },
  }
}
