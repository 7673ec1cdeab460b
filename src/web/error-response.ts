/**
 * The one place where an error becomes a response. Unexpected errors are logged with the request id and answered
 * 500 without details.
 */
import { errorClass } from '../deps.ts'
import { lazily } from '../lazily.ts'
import { ApiError } from './errors.ts'
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

const loadThrown = lazily(() => import('./thrown.chunk.ts'))

/** Names the command that makes the tables of this version. */
export const MIGRATE =
  'The database lacks a table or a column that this version needs: npm run manage -- migrate'

/** The response for an error: 500 for an unexpected one, 503 for an unavailable database. */
export async function errorResponse(
  settings: LanguageSettings,
  request: Request,
  thrown: unknown,
): Promise<Response> {
  const error = thrown instanceof ApiError ? thrown : (await loadThrown()).asApiError(thrown)
  const headers = new Headers({ 'Content-Type': 'application/json', ...error.headers })
  for (const cookie of error.cookies) headers.append('Set-Cookie', cookie)
  return new Response(await jsonText(settings, request, error.body), {
    status: error.status,
    headers,
  })
}

/** An error as the log of its request has it. */
export async function loggedError(thrown: unknown): Promise<LoggedError> {
  if (thrown === undefined) return NO_ERROR
  if (isOurs(thrown)) return { ...NO_ERROR, error: thrown.kind, hint: thrown.hint }
  const { asApiError, databaseCode } = await loadThrown()
  const { kind, cause, hint } = asApiError(thrown)
  return {
    error: kind,
    cause: cause === undefined ? undefined : errorClass(cause),
    code: databaseCode(cause),
    hint: (await isOfMigration(thrown)) ? MIGRATE : hint,
  }
}

/** Whether the database lacks what this version reads and writes. */
export async function isOfMigration(thrown: unknown): Promise<boolean> {
  return !isOurs(thrown) && (await loadThrown()).isUnmigrated(thrown)
}

/** Whether an error was made here and has no cause: nothing but itself says what it means. */
function isOurs(thrown: unknown): thrown is ApiError {
  return thrown instanceof ApiError && thrown.cause === undefined
}
