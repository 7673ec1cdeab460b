/** Deleting an account as the operator. It cannot be undone, so it lists what will be lost and asks. */
import { parseArgs } from 'node:util'
import { deleteAccount } from '../../core/accounts/delete-account.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { confirm } from '../confirm.ts'
import { answerPlan, confirmOptions, dryRunOptions } from '../danger.ts'
import { reachDatabase } from '../environment.ts'
import { countHeld, heldText } from './held.ts'
import { targetOf } from './target.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  ...confirmOptions,
  ...dryRunOptions,
} as const

/** Deletes an account. */
export const deleteCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary:
    'Deletes an account and all that hangs on it. `disable` keeps it out and can be taken back.',
  options: accountOptionsHelp,
  danger: 'asked',
  run,
}

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { deps } = await reachDatabase(values, io)
  const { id, username } = await targetOf(deps, positionals, values.id)
  const counts = await countHeld(deps, { id, username })
  const held = heldText(counts)
  const target = { io, isJson: values.json }
  if (values['dry-run']) {
    const body = { id, username, deleted: false, would_delete: counts }
    return answerPlan(target, body, `Would delete ${username} (${held}).`)
  }
  await confirm(values, io, { what: `Deletes ${username} for good (${held}).`, word: username })
  const outcome = await deleteAccount(deps, id, 'operator')
  if (outcome === 'unknown') throw new CommandError(`${username} is gone.`)
  answer(target, { id, username, deleted: true }, `Deleted ${username}.`)
  return EXIT.done
}
