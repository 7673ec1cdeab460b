/** Confirmation of what cannot be undone. */
import { CommandError, UsageError, type Io } from './command.ts'

/**
 * Has a person type a word.
 *
 * @throws CommandError where something else is typed, UsageError where there is no terminal and `--yes` was not given
 */
export async function confirm(
  values: { readonly yes: boolean },
  io: Io,
  asked: { readonly what: string; readonly word: string },
): Promise<void> {
  if (values.yes) return
  const typed = await io.ask(`${asked.what} Type ${asked.word} to go on: `)
  if (typed === undefined) throw new UsageError('Nobody can be asked here: say --yes.')
  if (typed.trim() !== asked.word) throw new CommandError('Nothing was done.')
}
