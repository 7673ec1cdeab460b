/** Commands that do one thing to one account, with the core functions of the operator's API. */
import { parseArgs } from 'node:util'
import { activateAccount, deactivateAccount } from '../../core/accounts/operator.ts'
import { sendReset, sendVerification, verifyAddress } from '../../core/operator/prove-email.ts'
import type { Target } from '../../core/operator/target.sql.ts'
import { unlock } from '../../core/operator/unlock.ts'
import type { Deps } from '../../deps.ts'
import { banLifted } from '../account-state.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { answerPlan, dryRunOptions } from '../danger.ts'
import { countHeld, heldText } from './held.ts'
import { targetOf } from './target.ts'

const options = { ...commonOptions, ...accountOptions, ...dryRunOptions } as const

/** The result of an act: a sentence that follows the name, or why nothing could be done. */
type ActResult =
  | { readonly changed: boolean; readonly sentence: string }
  | { readonly fault: string }

type Act = {
  readonly act: (deps: Deps, target: Target) => Promise<ActResult>
  /** What it would do, where it takes something away. */
  readonly plan?: (target: Target, held: string) => string
}

/** Makes a command that needs nothing but an account. */
function actCommand(summary: string, act: Act['act'], plan?: Act['plan']): Command {
  const isDangerous = plan !== undefined
  return {
    usage: 'USER [OPTIONS]',
    summary,
    options: accountOptionsHelp,
    ...(isDangerous ? { danger: 'planned' } : {}),
    run: (args, io) => run(args, io, isDangerous ? { act, plan } : { act }),
  }
}

/** Finds the account, shows or confirms, acts, and reports. */
async function run(args: readonly string[], io: Io, { act, plan }: Act): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (plan === undefined && values['dry-run']) {
    throw new UsageError('This takes nothing away: there is nothing to plan.')
  }
  const { deps, settle } = await reachDatabase(values, io)
  const target = await targetOf(deps, positionals, values.id)
  const { id, username } = target
  if (plan !== undefined && values['dry-run']) {
    const held = await countHeld(deps, target)
    const body = { id, username, changed: false, would_end: held }
    return answerPlan({ io, isJson: values.json }, body, plan(target, heldText(held)))
  }
  const result = await act(deps, target)
  await settle()
  if ('fault' in result) throw new CommandError(result.fault)
  answer({ io, isJson: values.json }, { id, username, changed: result.changed }, result.sentence)
  return EXIT.done
}

/** Verifies the address by the operator's word. */
export const verifyCommand = actCommand(
  'Marks the address of an account as verified; other accounts that only claim it lose it.',
  async (deps, target) => {
    const { username, email } = target
    switch (await verifyAddress(deps, target)) {
      case 'changed':
        return { changed: true, sentence: `Verified ${email} of ${username}.` }
      case 'unchanged':
        return { changed: false, sentence: `${email} of ${username} was verified already.` }
      case 'no_address':
        return { fault: `${username} has no e-mail address.` }
      case 'taken':
        return { fault: `Another account has verified ${email}.` }
    }
  },
)

/** Mails a new link. */
export const resendCommand = actCommand(
  'Mails a link that verifies the address of an account.',
  async (deps, target) => describeMailOutcome(await sendVerification(deps, target), target),
)

/** Mails a link that sets a password. */
export const sendResetCommand = actCommand(
  'Mails a link that sets a new password to the address of an account.',
  async (deps, target) => describeMailOutcome(await sendReset(deps, target), target),
)

/** What became of a mail, as a sentence. */
function describeMailOutcome(
  outcome: Awaited<ReturnType<typeof sendReset>>,
  { username, email }: Target,
): ActResult {
  switch (outcome) {
    case 'sent':
      return { changed: true, sentence: `Mailed a link to ${email}.` }
    case 'verified':
      return { changed: false, sentence: `${email} of ${username} is verified already.` }
    case 'no_address':
      return { fault: `${username} has no e-mail address.` }
    case 'inactive':
      return { fault: `${username} is deactivated: \`manage user enable\` first.` }
    case 'outdated':
      return { fault: 'Somebody else changed the account at the same time; try again.' }
  }
}

/** Takes back the wait after too many tries. */
export const unlockCommand = actCommand(
  'Forgets failed logins and wrong codes of an account, so that its owner need not wait.',
  async (deps, { id, username }) =>
    (await unlock(deps, id)) === 'changed'
      ? { changed: true, sentence: `Unlocked ${username}.` }
      : { changed: false, sentence: `${username} was not locked.` },
)

/** Keeps an account out. */
export const disableCommand = actCommand(
  'Keeps an account out: no login, and every token and session of it ends.',
  async (deps, { id, username }) =>
    (await deactivateAccount(deps, id)) === 'changed'
      ? { changed: true, sentence: `Disabled ${username}; all tokens and sessions ended.` }
      : { changed: false, sentence: `${username} was disabled already.` },
  ({ username }, held) => `Would disable ${username} and end its logins (${held}).`,
)

/** Lets an account in again. */
export const enableCommand = actCommand(
  'Lets a disabled account in again.',
  async (deps, { id, username }) => {
    switch (await activateAccount(deps, id)) {
      case 'changed':
        return { changed: true, sentence: `Enabled ${username}.` }
      case 'leaving':
        return { changed: true, sentence: banLifted(username) }
      case 'unchanged':
        return { changed: false, sentence: `${username} was enabled already.` }
    }
  },
)
