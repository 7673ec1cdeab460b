/** Setting a password as the operator. */
import { faultText } from './fault-text.ts'
import { parseArgs } from 'node:util'
import { setPassword } from '../core/accounts/operator.ts'
import {
  accountOf,
  accountOptions,
  accountOptionsHelp,
  answer,
  passwordOptions,
  passwordOptionsHelp,
  readPassword,
} from './account.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  type Command,
  type ExitCode,
  type Io,
} from './command.ts'
import { answerPlan, dryRunOptions } from './danger.ts'
import { reachDatabase } from './environment.ts'
import { countHeld, heldText } from './user/held.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  ...passwordOptions,
  ...dryRunOptions,
} as const

/**
 * Sets an account's password, by the same rules as a change by its owner: old tokens end, the owner is notified
 * (Django: `changepassword`).
 */
export const changePasswordCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary:
    'Sets the password of an account, as a change by its owner would: old tokens end and the owner is told by mail where the settings say so.',
  options: { ...accountOptionsHelp, ...passwordOptionsHelp },
  // Typing the password twice is confirmation enough.
  danger: 'planned',
  run: change,
}

async function change(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { deps, settle } = await reachDatabase(values, io)
  const account = await accountOf(deps, positionals, values.id)
  if (values['dry-run']) {
    const { id, username } = account
    const held = await countHeld(deps, account)
    const body = { id, username, changed: false, would_end: held }
    const sentence = `Would change the password of ${username} (${heldText(held)}).`
    return answerPlan({ io, isJson: values.json }, body, sentence)
  }
  const password = await readPassword(values, io)
  const rules = values['allow-weak-password'] ? 'ignored' : 'obeyed'
  const outcome = await setPassword(deps, account, { password, rules })
  await settle()
  switch (outcome.kind) {
    case 'invalid':
      throw new CommandError(outcome.faults.map(faultText).join('\n'))
    case 'refused':
      throw new CommandError(
        account.isActive
          ? 'Somebody else changed the password at the same time; try again.'
          : `${account.username} is deactivated; activate the account first.`,
      )
    case 'changed':
      answer(
        { io, isJson: values.json },
        { id: account.id, username: account.username, changed: true },
        `Changed the password of ${account.username}.`,
      )
      return EXIT.done
  }
}
