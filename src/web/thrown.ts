/** What errors mean that are none of an answer: of the database, of hooks, of the queue of hashes. */
import { databaseFault } from '../db/constraint.ts'
import { BreachCheckDown } from '../core/passwords/breached.ts'
import { HookDown, HookRefused } from '../core/hooks/refusal.ts'
import { HashingBusy } from '../core/passwords/hash-queue.ts'
import { message } from '../i18n/message.ts'
import { ApiError, nonFieldError, unavailable } from './errors.ts'

const BUSY =
  'More passwords at once than this isolate hashes within PASSWORD_QUEUE_MAX_MS; the database was not asked.'

const UNASKED =
  'PASSWORD_BREACH_URL did not answer, and PASSWORD_BREACH_CHECK is closed; open would take the password.'

const HOOK = 'A hook does not answer, and on_failure is deny: the line before names it.'

/** Any error as one with a status: 500 for an unexpected one, 503 for an unavailable database. */
export function asApiError(error: unknown): ApiError {
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
