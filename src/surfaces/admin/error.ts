/**
 * Errors of the operator's API: a stable `code` for programs, `detail` in English for developers, `fields` by code.
 */
import type { Fault } from '../../core/faults.ts'
import { message, type Message } from '../../i18n/message.ts'
import { ApiError } from '../../web/errors.ts'

/** Codes of errors. They are part of the API: clients compare them, so none is ever renamed. */
export type AdminErrorCode =
  | 'unauthenticated'
  | 'reauthentication_required'
  | 'second_factor_required'
  | 'forbidden'
  | 'impersonated'
  | 'csrf_failed'
  | 'target_outranks'
  | 'own_account'
  | 'not_found'
  | 'method_not_allowed'
  | 'invalid'
  | 'unreadable'
  | 'unsupported_media_type'
  | 'too_large'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'internal'

/** Codes of what is wrong with each field. */
export type FieldCodes = Readonly<Record<string, readonly string[]>>

/** A refusal of the admin API. */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly status: number
  readonly code: AdminErrorCode
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: number, code: AdminErrorCode, more: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.status = status
    this.code = code
    this.more = more
  }
}

/** 400 with codes by field. */
export function invalid(fields: FieldCodes, detail?: string): AdminError {
  return new AdminError(400, 'invalid', { fields, ...(detail === undefined ? {} : { detail }) })
}

/** 400 for faults, by their codes. */
export function invalidBy(faults: readonly Fault[]): AdminError {
  const fields: Record<string, string[]> = {}
  for (const { field = '', code } of faults) (fields[field] ??= []).push(code)
  return invalid(fields)
}

/** An error as it is answered. */
export type ErrorAnswer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/** The answer to an error; `undefined` for one that is a bug, which is logged and answered 500 by the app. */
export function errorAnswer(error: unknown): ErrorAnswer | undefined {
  if (error instanceof AdminError) return answerOf(error, error.more)
  if (!(error instanceof ApiError)) return undefined
  const code = CODES[error.kind]
  return answerOf({ status: error.status, code }, { detail: detailOf(error.body) }, error.headers)
}

/** Codes for errors that come from code which all surfaces share. */
const CODES = {
  invalid: 'invalid',
  unreadable: 'unreadable',
  unsupported_media_type: 'unsupported_media_type',
  not_acceptable: 'invalid',
  unauthenticated: 'unauthenticated',
  forbidden: 'csrf_failed',
  not_found: 'not_found',
  method_not_allowed: 'method_not_allowed',
  too_large: 'too_large',
  throttled: 'throttled',
  unavailable: 'unavailable',
  internal: 'internal',
} as const satisfies Readonly<Record<ApiError['kind'], AdminErrorCode>>

/** The sentence of such an error. */
function detailOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'detail' in body ? body.detail : undefined
}

/** English for developers; our page has words of its own. What every surface says, is in the caller's language. */
const DETAILS: Readonly<Record<AdminErrorCode, string | Message>> = {
  unauthenticated: 'Sign in as staff, or bring a key.',
  reauthentication_required: message('proof_required'),
  second_factor_required: 'Set up a second factor first: staff needs one here.',
  forbidden: message('permission_denied'),
  impersonated: message('impersonated'),
  csrf_failed: 'CSRF check failed.',
  target_outranks: 'This account has as many rights as you.',
  own_account: 'This is your own account.',
  not_found: message('not_found'),
  method_not_allowed: 'This method is not allowed here.',
  invalid: 'Something in the request cannot be so.',
  unreadable: 'The body cannot be read.',
  unsupported_media_type: 'Send application/json.',
  too_large: 'The body is too long.',
  conflict: 'The account was changed at the same time; look again.',
  throttled: 'Too many requests.',
  unavailable: message('unavailable'),
  internal: message('server_error'),
}

/** English, for developers; the page has words of its own. */
function answerOf(
  { status, code }: { readonly status: number; readonly code: AdminErrorCode },
  more: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): ErrorAnswer {
  return { status, body: { code, detail: DETAILS[code], ...withoutNothing(more) }, headers }
}

function withoutNothing(values: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
