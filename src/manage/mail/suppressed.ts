/** Addresses that get no more mails after a bounce or complaint, and lifting that. */
import { parseArgs } from 'node:util'
import { liftSuppression } from '../../core/mail/lift-suppression.ts'
import { listSuppressions, type Suppression } from '../../core/mail/suppressions.sql.ts'
import { answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, readOne, type Command } from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { positive } from '../list-users.ts'
import { printRows, type Column } from '../table.ts'

const COLUMNS: readonly Column<Suppression>[] = [
  { title: 'ADDRESS', value: ({ emailFolded }) => emailFolded },
  { title: 'REASON', value: ({ reason }) => reason },
  { title: 'DETAIL', value: ({ detail }) => detail },
  { title: 'SINCE', value: ({ suppressedAt }) => suppressedAt.toISOString() },
]

/** Lists who gets no mail. */
export const suppressedCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Lists addresses that get no more mails: they bounced for good, or their owner complained.',
  options: {
    '--limit N': 'so many at most; default 50',
    '--after ADDRESS': 'those after this one: the next page',
  },
  run: async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...commonOptions,
        limit: { type: 'string', default: '50' },
        after: { type: 'string', default: '' },
      },
    })
    const limit = positive(values.limit, '--limit')
    const { deps } = await reachDatabase(values, io)
    const found = await listSuppressions(deps.db, { limit, after: values.after })
    printRows({ io, isJson: values.json }, found, { columns: COLUMNS, body: bodyOf })
    return EXIT.done
  },
}

function bodyOf({ emailFolded, reason, detail, suppressedAt }: Suppression) {
  return { address: emailFolded, reason, detail, since: suppressedAt.toISOString() }
}

/** Lets mails to an address through again. */
export const liftCommand: Command = {
  usage: 'ADDRESS [OPTIONS]',
  summary: 'Lets mails to an address through again. The provider may have a list of its own.',
  options: {},
  run: async (args, io) => {
    const { values, argument: address } = readOne(args, 'Which ADDRESS?')
    const { deps } = await reachDatabase(values, io)
    const outcome = await liftSuppression(deps, address)
    if (outcome === 'unchanged') throw new CommandError(`Mails to ${address} were not stopped.`)
    answer(
      { io, isJson: values.json },
      { address, changed: true },
      `Mails to ${address} go out again.`,
    )
    return EXIT.done
  },
}
