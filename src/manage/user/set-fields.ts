/** Setting custom fields as the operator. */
import { parseArgs } from 'node:util'
import { changeFields } from '../../core/accounts/own-changes.ts'
import { accountOptions, accountOptionsHelp, answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, UsageError, type Command } from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { givenFields } from '../own-fields.ts'
import { targetOf } from './target.ts'

/** Sets custom fields, regardless of who else may write them. */
export const setFieldsCommand: Command = {
  usage: 'USER NAME=VALUE… [OPTIONS]',
  summary: 'Sets fields of USER_FIELDS: plan=pro, profile.born=1815-12-10, tags=\'["a"]\'.',
  options: accountOptionsHelp,
  run: async (args, io) => {
    const options = { ...commonOptions, ...accountOptions } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const pairs = positionals.filter((one) => one.includes('='))
    if (pairs.length === 0) throw new UsageError('Which NAME=VALUE?')
    const { deps, settle } = await reachDatabase(values, io)
    const rest = positionals.filter((one) => !pairs.includes(one))
    const { id, username } = await targetOf(deps, rest, values.id)
    const own = givenFields(deps.settings.USER_FIELDS, pairs)
    const outcome = await changeFields(deps, id, own)
    await settle()
    if (outcome.kind === 'invalid') {
      const faults = outcome.faults.map(({ field, code }) => `${field}: ${code}`)
      throw new CommandError(faults.join('\n'))
    }
    const names = Object.keys(own)
    answer(
      { io, isJson: values.json },
      { id, username, changed: names },
      `${username}: set ${names.join(', ')}.`,
    )
    return EXIT.done
  },
}
