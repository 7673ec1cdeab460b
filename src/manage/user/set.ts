import { parseArgs } from 'node:util'
import { changeEmail } from '../../core/operator/change-email.ts'
import { setRights } from '../../core/operator/rights.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, UsageError, type Command } from '../command.ts'
import { confirm, confirmOptions, confirmOptionsHelp } from '../confirm.ts'
import { reachDatabase } from '../environment.ts'
import { targetOf } from './target.ts'

/** Gives an account another address. */
export const setEmailCommand: Command = {
  usage: 'USER EMAIL [OPTIONS]',
  summary:
    'Gives an account one address in place of all it had, ends what is signed in, and tells the old addresses.',
  options: {
    ...accountOptionsHelp,
    '--verified': 'the address is the owner’s: no mail asks',
    ...confirmOptionsHelp,
  },
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      ...accountOptions,
      ...confirmOptions,
      verified: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const email = positionals.at(-1)
    if (email === undefined) throw new UsageError('Which EMAIL?')
    const { deps, settle } = await reachDatabase(values, io)
    const target = await targetOf(deps, positionals.slice(0, -1), values.id)
    const { id, username } = target
    const what = `${username} loses ${target.email || 'no address'} and is signed out everywhere.`
    await confirm(values, io, { what, word: username })
    const isVerified = values.verified
    const outcome = await changeEmail(deps, target, { email, isVerified })
    await settle()
    switch (outcome.kind) {
      case 'invalid':
        throw new CommandError('Enter a valid email address.')
      case 'taken':
        throw new CommandError(`Another account has verified ${email}.`)
      case 'outdated':
        throw new CommandError('Somebody else changed the account at the same time; try again.')
      case 'unchanged':
        answer(
          { io, isJson: values.json },
          { id, username, changed: false },
          `That is its address already.`,
        )
        return EXIT.done
      case 'changed': {
        const how = isVerified ? 'verified' : 'a mail asks whether it is theirs'
        const body = { id, username, email: outcome.email, changed: true }
        answer({ io, isJson: values.json }, body, `${username} has ${outcome.email} now (${how}).`)
        return EXIT.done
      }
    }
  },
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
    ...confirmOptionsHelp,
  },
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      ...accountOptions,
      ...confirmOptions,
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
    if (!values.off)
      await confirm(values, io, { what: `${username} becomes ${word}.`, word: username })
    const outcome = await setRights(deps, target, rights)
    const body = {
      id,
      username,
      is_staff: rights.isStaff,
      is_superuser: rights.isSuperuser,
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
