/** Setting an account's address and rights. */
import { parseArgs } from 'node:util'
import { changeEmail, foreseeEmail, type EmailOutcome } from '../../core/operator/change-email.ts'
import { setRights, type Rights } from '../../core/operator/rights.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, UsageError, type Command } from '../command.ts'
import { confirm } from '../confirm.ts'
import { answerPlan, confirmOptions, dryRunOptions } from '../danger.ts'
import { reachDatabase } from '../environment.ts'
import { countHeld, heldText } from './held.ts'
import { targetOf } from './target.ts'

/** Gives an account another address. */
export const setEmailCommand: Command = {
  usage: 'USER EMAIL [OPTIONS]',
  summary:
    'Gives an account one address in place of all it had, ends what is signed in, and tells the old addresses.',
  options: {
    ...accountOptionsHelp,
    '--verified': 'the address is the owner’s: no mail asks',
  },
  danger: 'asked',
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      ...accountOptions,
      ...confirmOptions,
      ...dryRunOptions,
      verified: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const email = positionals.at(-1)
    if (email === undefined) throw new UsageError('Which EMAIL?')
    const { deps, settle } = await reachDatabase(values, io)
    const target = await targetOf(deps, positionals.slice(0, -1), values.id)
    const { id, username } = target
    const what = `${username} loses ${target.email || 'no address'} and is signed out everywhere.`
    if (values['dry-run']) {
      const foreseen = await foreseeEmail(deps, target, email)
      const held = await countHeld(deps, target)
      const sentence =
        faultOf(foreseen, email) ??
        (foreseen.kind === 'unchanged'
          ? SAME_ADDRESS
          : `Would give ${username} ${email} in place of what it has (${heldText(held)}), and end its logins.`)
      const body = { id, username, changed: false, outcome: foreseen.kind, would_end: held.logins }
      return answerPlan({ io, isJson: values.json }, body, sentence)
    }
    await confirm(values, io, { what, word: username })
    const isVerified = values.verified
    const outcome = await changeEmail(deps, target, { email, isVerified })
    await settle()
    const fault = faultOf(outcome, email)
    if (fault !== undefined) throw new CommandError(fault)
    if (outcome.kind !== 'changed') {
      answer({ io, isJson: values.json }, { id, username, changed: false }, SAME_ADDRESS)
      return EXIT.done
    }
    const how = isVerified ? 'verified' : 'a mail asks whether it is theirs'
    const body = { id, username, email: outcome.email, changed: true }
    answer({ io, isJson: values.json }, body, `${username} has ${outcome.email} now (${how}).`)
    return EXIT.done
  },
}

const SAME_ADDRESS = 'That is its address already.'

/** Why the address was not changed, as a sentence. */
function faultOf({ kind }: EmailOutcome, email: string): string | undefined {
  switch (kind) {
    case 'invalid':
      return 'Enter a valid email address.'
    case 'taken':
      return `Another account has verified ${email}.`
    case 'outdated':
      return 'Somebody else changed the account at the same time; try again.'
    case 'unchanged':
    case 'changed':
      return undefined
  }
}

/** Gives an account rights, or takes them. */
export const setStaffCommand: Command = {
  usage: 'USER [OPTIONS]',
  summary:
    'Makes an account staff; with --superuser one that may do everything; with --off neither.',
  options: {
    ...accountOptionsHelp,
    '--superuser': 'may do everything',
    '--off': 'takes the rights away',
  },
  danger: 'asked',
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      ...accountOptions,
      ...confirmOptions,
      ...dryRunOptions,
      superuser: { type: 'boolean', default: false },
      off: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (values.superuser && values.off) throw new UsageError('--superuser or --off, not both.')
    const { deps } = await reachDatabase(values, io)
    const target = await targetOf(deps, positionals, values.id)
    const { id, username } = target
    const rights = { isStaff: !values.off, isSuperuser: values.superuser }
    const word = values.off ? 'no rights' : values.superuser ? 'superuser' : 'staff'
    if (values['dry-run']) {
      const body = {
        id,
        username,
        changed: false,
        ...rightsBody(rights),
        before: rightsBody(target),
      }
      return answerPlan({ io, isJson: values.json }, body, `Would give ${username} ${word}.`)
    }
    if (!values.off)
      await confirm(values, io, { what: `${username} becomes ${word}.`, word: username })
    const outcome = await setRights(deps, target, rights)
    const body = {
      id,
      username,
      ...rightsBody(rights),
      changed: outcome === 'changed',
    }
    answer(
      { io, isJson: values.json },
      body,
      `${username} has ${word === 'no rights' ? word : `the rights of ${word}`}.`,
    )
    return EXIT.done
  },
}

function rightsBody({ isStaff, isSuperuser }: Rights) {
  return { is_staff: isStaff, is_superuser: isSuperuser }
}
