/**
 * The frame of the operator's commands: what a command is, what it may touch, how it fails. Written without a
 * library: `parseArgs` of Node reads the options.
 */
import { parseArgs } from 'node:util'
import type { Deps } from '../deps.ts'

/** Everything that a command touches besides the database; tests replace it as a whole. */
export type Io = {
  /** Variables that go before those of files. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `wrangler.toml`, `.dev.vars` and relative paths are looked for. */
  readonly directory: string
  /** Settings that the project's `createRestAuth({ settings })` has, where they could be read. */
  readonly settingsInCode?: Readonly<Record<string, unknown>>
  /** Results: what a script reads. */
  readonly out: (text: string) => void
  /** Output for a person: prompts, progress, errors. */
  readonly say: (text: string) => void
  /** Whether `say` reaches a person's screen, where a line can be written over. */
  readonly isScreen: boolean
  /** Whether `out` reaches a screen that shows colours. */
  readonly hasColors: boolean
  /**
   * Asks a question; `undefined` without a terminal.
   *
   * @throws Interrupted when the person ends it (Ctrl-C, Ctrl-D)
   */
  readonly ask: (question: string) => Promise<string | undefined>
  /**
   * Asks a question without showing the answer; `undefined` without a terminal.
   *
   * @throws Interrupted when the person ends it (Ctrl-C, Ctrl-D)
   */
  readonly askHidden: (question: string) => Promise<string | undefined>
  /** The standard input as a whole. */
  readonly input: AsyncIterable<Uint8Array>
  /** Its first line. */
  readonly readLine: () => Promise<string>
}

/** Exit codes, which scripts depend on. */
export const EXIT = {
  done: 0,
  /** The command was understood but could not be done, or found something wrong. */
  failed: 1,
  /** Unknown command, option or argument. */
  usage: 2,
  /** The settings are missing or wrong. */
  settings: 3,
  /** The database cannot be reached. */
  unreachable: 4,
  /** A person ended it with Ctrl-C or Ctrl-D; what a shell reports for SIGINT. */
  interrupted: 130,
} as const

/** One of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** One command. */
export type Command = {
  /** What follows the name in the help. */
  readonly usage: string
  /** One line. */
  readonly summary: string
  /** The options, one a line: name and meaning. */
  readonly options: Readonly<Record<string, string>>
  /**
   * It takes away what no other command brings back: a person confirms it first (`asked`), or, where scripts run it and
   * others follow, may see what it would do (`planned`). Both have `--dry-run`; `optionsHelpOf` names them.
   */
  readonly danger?: 'asked' | 'planned'
  /** Commands below this one: their name is the next word. */
  readonly subcommands?: Readonly<Record<string, Command>>
  readonly run: (args: readonly string[], io: Io) => Promise<ExitCode>
}

/** A command that only contains others. */
export function commandGroup(
  summary: string,
  subcommands: Readonly<Record<string, Command>>,
): Command {
  return {
    usage: 'COMMAND',
    summary,
    options: {},
    subcommands,
    run: () => {
      throw new UsageError(`Which one? ${Object.keys(subcommands).join(', ')}.`)
    },
  }
}

/** The command was called wrongly: the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command was called correctly and cannot be done: the message says why. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** The database does not answer: the message names it. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** A person ended the command at a prompt; nothing more is printed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Dependencies of a command. */
export type CommandDeps = {
  readonly deps: Deps
  /** The database with ten minutes for each call: for what makes tables and indexes. */
  readonly schemaDb: Deps['db']
  /** Awaits what was deferred. */
  readonly settle: () => Promise<void>
  /**
   * Asks the database whether it is there.
   *
   * @throws UnreachableError
   */
  readonly probe: () => Promise<void>
}

/** Options that every command has, for `parseArgs`. */
export const commonOptions = {
  json: { type: 'boolean', default: false },
  'database-url': { type: 'string' },
  'database-token': { type: 'string' },
  'secrets-file': { type: 'string' },
  // As it was called before; Node takes it for an option of its own, and ends without a word of ours if the file is missing.
  'env-file': { type: 'string' },
  env: { type: 'string' },
} as const

/**
 * The options of a command without options of its own, and its one argument.
 *
 * @throws UsageError that asks the question where there is none, or more than one
 */
export function readOne(
  args: readonly string[],
  question: string,
): { readonly values: CommonValues; readonly argument: string } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: commonOptions,
    allowPositionals: true,
  })
  const [argument, ...more] = positionals
  if (argument === undefined || more.length > 0) throw new UsageError(question)
  return { values, argument }
}

/** What `commonOptions` mean. */
export const commonOptionsHelp = {
  '--json': 'answer in JSON',
  '--database-url URL': 'database instead of TURSO_DATABASE_URL',
  '--database-token TOKEN': 'its token instead of TURSO_AUTH_TOKEN',
  '--secrets-file FILE': 'file of secrets instead of .dev.vars',
  '--env NAME': 'environment of wrangler.toml whose [vars] count',
} as const

/** The values of `commonOptions`. */
export type CommonValues = {
  readonly json: boolean
  readonly 'database-url'?: string | undefined
  readonly 'database-token'?: string | undefined
  readonly 'secrets-file'?: string | undefined
  readonly 'env-file'?: string | undefined
  readonly env?: string | undefined
}
