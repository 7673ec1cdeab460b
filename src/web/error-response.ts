/**
 * The one place where an error becomes a response. Unexpected errors are logged with the request id and answered
 * 500 without details.
 */
import { databaseCode, databaseFault, isUnmigrated } from '../db/constraint.ts'
import { BreachCheckDown } from '../core/passwords/breached.ts'
import { HookDown, HookRefused } from '../core/hooks/refusal.ts'
import { HashingBusy } from '../core/passwords/hash-queue.ts'
import { errorClass } from '../deps.ts'
import { message } from '../i18n/message.ts'
import { ApiError, nonFieldError, unavailable } from './errors.ts'
import { jsonText } from './json-text.ts'
import type { LanguageSettings } from './language.ts'

/** What the log says of an error: never its message, which may hold parameters. */
export type LoggedError = {
  readonly error: string | undefined
  /** Class of its cause. */
  readonly cause: string | undefined
  /** What the database calls its refusal. */
  readonly code: string | undefined
  /** What an operator is to do about it. */
  readonly hint: string | undefined
}

const NO_ERROR: LoggedError = {
  error: undefined,
  cause: undefined,
  code: undefined,
  hint: undefined,
}

const BUSY =
  'More passwords at once than this isolate hashes within PASSWORD_QUEUE_MAX_MS; the database was not asked.'

const UNASKED =
  'PASSWORD_BREACH_URL did not answer, and PASSWORD_BREACH_CHECK is closed; open would take the password.'

const HOOK = 'A hook does not answer, and on_failure is deny: the line before names it.'

/** Names the command that makes the tables of this version. */
export const MIGRATE =
  'The database lacks a table or a column that this version needs: npm run manage -- migrate'

/** The response for an error: 500 for an unexpected one, 503 for an unavailable database. */
export async function errorResponse(
  settings: LanguageSettings,
  request: Request,
  thrown: unknown,
): Promise<Response> {
  const error = asApiError(thrown)
  const headers = new Headers({ 'Content-Type': 'application/json', ...error.headers })
  for (const cookie of error.cookies) headers.append('Set-Cookie', cookie)
  return new Response(await jsonText(settings, request, error.body), {
    status: error.status,
    headers,
  })
}

/** An error as the log of its request has it. */
export function loggedError(thrown: unknown): LoggedError {
  if (thrown === undefined) return NO_ERROR
  const { kind, cause, hint } = asApiError(thrown)
  return {
    error: kind,
    cause: cause === undefined ? undefined : errorClass(cause),
    code: databaseCode(cause),
    hint: isUnmigrated(thrown) ? MIGRATE : hint,
  }
}

/** Any error as one with a status: 500 for an unexpected one, 503 for an unavailable database. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof HashingBusy) {
    return unavailable(error, { retryAfterSeconds: error.retryAfterSeconds, hint: BUSY })
  }
  if (error instanceof HookRefused) return hookRefused(error)
  if (error instanceof HookDown) return unavailable(error, { hint: HOOK })
  if (error instanceof BreachCheckDown) return unavailable(error, { hint: UNASKED })
  if (databaseFault(error) === 'down') return unavailable(error)
  return new ApiError('internal', {
    status: 500,
    body: { detail: message('server_error') },
    cause: error,
  })
}

/** The author of the hook chose the message and its language. */
function hookRefused({ said }: HookRefused): ApiError {
  if (said === undefined) return nonFieldError(message('hook_refused'))
  return new ApiError('invalid', { status: 400, body: { non_field_errors: [said] } })
}
