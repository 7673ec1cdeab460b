/** How a command's failure is reported: a code for scripts, a sentence for people, an exit code for shells. */
import { databaseFault, isUnmigrated } from '../db/constraint.ts'
import { DatabaseError } from '../db/hrana.ts'
import { SettingsError } from '../settings/parse.ts'
import {
  CommandError,
  EXIT,
  Interrupted,
  UnreachableError,
  UsageError,
  type ExitCode,
  type Io,
} from './command.ts'

/** The command that failed, as it was called. */
export type Called = {
  readonly name: string
  readonly args: readonly string[]
  readonly usage: string
}

/** Why a command failed: for scripts a word, for people a sentence. */
type Failure = { readonly code: string; readonly message: string; readonly exit: ExitCode }

/**
 * Reports why a command failed, as a sentence or, under `--json`, as an object.
 *
 * @throws what is a bug: its stack trace is for a report
 */
export function explainFailure(error: unknown, called: Called, io: Io): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted
  const failure = failureOf(error, called)
  if (failure === undefined) throw error
  const { code, message, exit } = failure
  if (called.args.includes('--json')) io.out(`${JSON.stringify({ error: { code, message } })}\n`)
  else io.say(`${message}\n`)
  return exit
}

/** The failure of a known kind; `undefined` for a bug. */
function failureOf(error: unknown, called: Called): Failure | undefined {
  if (error instanceof SettingsError) {
    return { code: 'settings', message: error.message, exit: EXIT.settings }
  }
  if (error instanceof UsageError || isParseArgsError(error)) {
    const usage = `Usage: npm run manage -- ${called.name} ${called.usage}`
    return { code: 'usage', message: `${error.message}\n${usage}`, exit: EXIT.usage }
  }
  if (error instanceof CommandError) {
    return { code: 'failed', message: error.message, exit: EXIT.failed }
  }
  if (error instanceof UnreachableError) {
    return { code: 'unreachable', message: error.message, exit: EXIT.unreachable }
  }
  return isOfDatabase(error) ? databaseFailure(error, called) : undefined
}

/** A failed statement. Its message is never shown: it contains hashes and addresses. */
function databaseFailure(error: unknown, called: Called): Failure {
  if (isUnmigrated(error)) {
    const migrate = ['npm run manage -- migrate', ...placeOf(called.args)].join(' ')
    const message = `The database lacks a table or a column that this version needs: ${migrate}`
    return { code: 'unmigrated', message, exit: EXIT.failed }
  }
  if (databaseFault(error) === 'down') {
    const message = 'The database stopped answering, or does not answer in time.'
    return { code: 'unreachable', message, exit: EXIT.unreachable }
  }
  const message = `The database refuses: ${codeOf(error)}. npm run manage -- check looks further.`
  return { code: 'database', message, exit: EXIT.failed }
}

/** The options by which the command found its database, to repeat them in advice. */
function placeOf(args: readonly string[]): readonly string[] {
  const found: string[] = []
  for (const [index, argument] of args.entries()) {
    const [name = ''] = argument.split('=')
    if (!PLACE_OPTIONS.has(name)) continue
    found.push(argument)
    const next = args[index + 1]
    if (!argument.includes('=') && next !== undefined) found.push(next)
  }
  return found
}

const PLACE_OPTIONS = new Set(['--env', '--secrets-file', '--env-file', '--database-url'])

/** Whether an error is one of the database's. */
function isOfDatabase(error: unknown): boolean {
  return codeOf(error) !== undefined || databaseFault(error) === 'down'
}

/** The database's own code of a failed call; those of a local SQLite file that is imported are none. */
function codeOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth += 1) {
    if (current instanceof DatabaseError) return current.code
    current = 'cause' in current ? current.cause : undefined
  }
  return undefined
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).includes('PARSE_ARGS')
}
