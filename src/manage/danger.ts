/** Options of commands that take something away: `--dry-run`, `--yes`. */
import { answer } from './account.ts'
import { EXIT, type Command, type ExitCode, type Io } from './command.ts'

/** The option that changes nothing, for `parseArgs`. */
export const dryRunOptions = { 'dry-run': { type: 'boolean', default: false } } as const

/** The option of something dangerous that answers for the person, for `parseArgs`. */
export const confirmOptions = { yes: { type: 'boolean', default: false } } as const

/** The options of a command, those that its danger brings along among them. */
export function optionsHelpOf({ options, danger }: Command): Readonly<Record<string, string>> {
  return {
    ...options,
    ...(danger === undefined ? {} : { '--dry-run': 'say what would happen, and change nothing' }),
    ...(danger === 'asked' ? { '--yes': 'do it without asking' } : {}),
  }
}

/** Prints what a command would do, had `--dry-run` not been given. */
export function answerPlan(
  target: { readonly io: Io; readonly isJson: boolean },
  object: Readonly<Record<string, unknown>>,
  sentence: string,
): ExitCode {
  answer(target, { ...object, dry_run: true }, sentence)
  return EXIT.done
}
