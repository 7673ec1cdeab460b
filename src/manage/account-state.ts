/**
 * Commands that change whether an account can be used: deactivate, activate, revoke its logins, reset its factors.
 * Each names what it takes away, so that `--dry-run` and the confirmation can show it.
 */
import { parseArgs } from 'node:util'
import type { Deps } from '../deps.ts'
import {
  activateAccount,
  deactivateAccount,
  type ActivationOutcome,
} from '../core/accounts/operator.ts'
import { resetFactors } from '../core/second-factor/reset.ts'
import { logOutEverywhere } from '../core/sign-in/sessions.ts'
import { countHeld, heldText, type Held } from './user/held.ts'
import { accountOf, accountOptions, accountOptionsHelp, answer } from './account.ts'
import { confirm } from './confirm.ts'
import { answerPlan, confirmOptions, dryRunOptions } from './danger.ts'
import { commonOptions, EXIT, UsageError, type Command, type ExitCode, type Io } from './command.ts'
import { reachDatabase } from './environment.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  ...confirmOptions,
  ...dryRunOptions,
} as const

/** What a command does to an account, and the sentences that report it. */
type Action = {
  readonly act: (deps: Deps, userId: number, email: string) => Promise<ActivationOutcome>
  readonly changed: (username: string) => string
  readonly unchanged: (username: string) => string
  readonly leaving?: (username: string) => string
  /** Behind "Would": what it takes away, where it does. It has a dry run then. */
  readonly plan?: (username: string, held: Held) => string
  /** What a person has to confirm. */
  readonly question?: (username: string) => string
}

/** Makes the command of an action. */
function accountCommand(summary: string, action: Action): Command {
  return {
    usage: 'USER [OPTIONS]',
    summary,
    options: accountOptionsHelp,
    ...dangerOf(action),
    run: (args, io) => run(args, io, action),
  }
}

/**
 * How the action is confirmed: an action that takes something away has a dry run, one that cannot be undone asks
 * first.
 */
function dangerOf({ plan, question }: Action): Pick<Command, 'danger'> {
  if (question !== undefined) return { danger: 'asked' }
  return plan === undefined ? {} : { danger: 'planned' }
}

/** Finds the account, shows or confirms what will be lost, acts, and reports. */
async function run(args: readonly string[], io: Io, action: Action): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const { plan, question } = action
  if (plan === undefined && (values['dry-run'] || values.yes)) {
    throw new UsageError('This takes nothing away: there is nothing to plan or to confirm.')
  }
  const { deps, settle } = await reachDatabase(values, io)
  const { id, username, email } = await accountOf(deps, positionals, values.id)
  if (plan !== undefined && values['dry-run']) {
    const held = await countHeld(deps, { id, username })
    const body = { id, username, changed: false, would_end: held }
    return answerPlan({ io, isJson: values.json }, body, `Would ${plan(username, held)}`)
  }
  if (question !== undefined) {
    await confirm(values, io, { what: question(username), word: username })
  }
  const outcome = await action.act(deps, id, email)
  await settle()
  answer(
    { io, isJson: values.json },
    { id, username, changed: outcome !== 'unchanged' },
    (action[outcome] ?? action.changed)(username),
  )
  return EXIT.done
}

/** Deactivates an account: no one can log in to it, and its tokens stop working (Django: `is_active`). */
export const deactivateCommand = accountCommand(
  'Keeps an account out: no login, and every token and session of it ends.',
  {
    act: deactivateAccount,
    changed: (username) => `Deactivated ${username}; all tokens and sessions ended.`,
    unchanged: (username) => `${username} was deactivated already; all tokens and sessions ended.`,
    plan: (username, held) => `deactivate ${username} and end its logins (${heldText(held)}).`,
  },
)

/** Lets a deactivated account log in again. */
export const activateCommand = accountCommand('Lets a deactivated account in again.', {
  act: activateAccount,
  changed: (username) => `Activated ${username}.`,
  unchanged: (username) => `${username} was active already.`,
  leaving: banLifted,
})

/** Ends every login of an account: tokens, sessions, refresh families. */
export const revokeCommand = accountCommand(
  'Logs an account out everywhere: auth token, sessions and every JWT issued so far end.',
  {
    act: async (deps, userId) => {
      await logOutEverywhere(deps, userId)
      return 'changed'
    },
    changed: (username) => `Logged ${username} out everywhere.`,
    unchanged: (username) => `${username} was logged out already.`,
    plan: (username, held) => `log ${username} out everywhere (${heldText(held)}).`,
  },
)

/**
 * Removes the second factor of a user who has lost the phone and the recovery codes. The operator must have
 * verified who is asking: this is the way around the factor (social engineering).
 */
export const resetFactorsCommand = accountCommand(
  'Takes the second factor of an account away (authenticator app, recovery codes, passkeys), and tells its owner.',
  {
    act: (deps, id, email) => resetFactors(deps, { id, email }),
    changed: (username) => `Took the second factor of ${username} away; the owner is told by mail.`,
    unchanged: (username) => `${username} has no second factor.`,
    question: (username) => `The password alone lets ${username} in from then on.`,
    plan: (username, held) => `take the second factor of ${username} away (${heldText(held)}).`,
  },
)

/** The note where activating changes nothing yet, because the owner has asked for deletion. */
export function banLifted(username: string): string {
  return `Lifted the ban of ${username}, whose owner is leaving; once more calls the deletion off.`
}
