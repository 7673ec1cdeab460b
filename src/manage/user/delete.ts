import { parseArgs } from 'node:util'
import { deleteAccount } from '../../core/accounts/delete-account.ts'
import { readWholeUser } from '../../core/operator/whole-user.sql.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { confirm, confirmOptions, confirmOptionsHelp } from '../confirm.ts'
import { reachDatabase } from '../environment.ts'
import { targetOf } from './target.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  ...confirmOptions,
  'dry-run': { type: 'boolean', default: false },
} as const

/** Deletes an account. */
export const deleteCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary:
    'Deletes an account and all that hangs on it. `disable` keeps it out and can be taken back.',
  options: {
    ...accountOptionsHelp,
    '--dry-run': 'say what would be deleted, and delete nothing',
    ...confirmOptionsHelp,
  },
  run,
}

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { deps } = await reachDatabase(values, io)
  const { id, username } = await targetOf(deps, positionals, values.id)
  const user = await readWholeUser(deps.db, id, deps.now)
  if (user === undefined) throw new CommandError(`${username} is gone.`)
  const counts = {
    addresses: user.addresses.length,
    logins: user.logins.length + user.sessions.length + (user.authTokenAt === undefined ? 0 : 1),
    factors: user.passkeys.length + (user.authenticatorApp === undefined ? 0 : 1),
    social_accounts: user.socialAccounts.length,
  }
  const held = Object.entries(counts)
    .map(([name, count]) => `${count} ${name.replace('_', ' ')}`)
    .join(', ')
  if (values['dry-run']) {
    const body = { id, username, deleted: false, would_delete: counts }
    answer({ io, isJson: values.json }, body, `Would delete ${username} (${held}).`)
    return EXIT.done
  }
  await confirm(values, io, { what: `Deletes ${username} for good (${held}).`, word: username })
  const outcome = await deleteAccount(deps, id, 'operator')
  if (outcome === 'unknown') throw new CommandError(`${username} is gone.`)
  answer({ io, isJson: values.json }, { id, username, deleted: true }, `Deleted ${username}.`)
  return EXIT.done
}
