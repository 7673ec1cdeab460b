/** Mails in the outbox: which wait, why, and sending one now. */
import { parseArgs } from 'node:util'
import { resendNow } from '../../core/mail/resend-now.ts'
import { readMails } from '../../core/operator/counters.sql.ts'
import type { WaitingMail } from '../../core/operator/whole-user.sql.ts'
import { answer } from '../account.ts'
import { CommandError, commonOptions, EXIT, readOne, type Command } from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { positive } from '../list-users.ts'
import { printRows, type Column } from '../table.ts'

const COLUMNS: readonly Column<WaitingMail>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'TO', value: ({ address }) => address },
  { title: 'SINCE', value: ({ createdAt }) => createdAt.toISOString() },
  { title: 'TRIES', value: ({ attempts }) => String(attempts), isNumber: true },
  { title: 'NEXT', value: ({ nextAttemptAt }) => nextAttemptAt.toISOString() },
]

/** Lists mails that wait. */
export const listCommand: Command = {
  usage: '[OPTIONS]',
  summary: 'Lists mails that wait in the outbox, the newest first.',
  options: {
    '--limit N': 'so many at most; default 50',
    '--before ID': 'older than this one: the next page',
  },
  run: async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...commonOptions,
        limit: { type: 'string', default: '50' },
        before: { type: 'string' },
      },
    })
    const limit = positive(values.limit, '--limit')
    const before = values.before === undefined ? undefined : positive(values.before, '--before')
    const { deps } = await reachDatabase(values, io)
    const { mails, next } = await readMails(deps.db, { limit, before })
    printRows({ io, isJson: values.json }, mails, { columns: COLUMNS, body: bodyOf })
    if (next !== undefined) io.say(`More: --before ${next}\n`)
    return EXIT.done
  },
}

function bodyOf({ id, kind, userId, address, attempts, createdAt, nextAttemptAt }: WaitingMail) {
  return {
    id,
    kind,
    user_id: userId,
    address,
    attempts,
    created_at: createdAt.toISOString(),
    next_attempt_at: nextAttemptAt.toISOString(),
  }
}

/** Makes a mail that waits due now. */
export const resendCommand: Command = {
  usage: 'ID [OPTIONS]',
  summary: 'Makes a mail that waits for its next try due now: it is sent within a minute.',
  options: {},
  run: async (args, io) => {
    const { values, argument: text } = readOne(args, 'Which ID of mail list?')
    const id = positive(text, 'ID')
    const { deps } = await reachDatabase(values, io)
    if ((await resendNow(deps, id)) === 'unchanged') {
      throw new CommandError(`No mail ${id} waits for a later try: it is due, being sent, or gone.`)
    }
    const target = { io, isJson: values.json }
    answer(target, { id, changed: true }, `Mail ${id} goes out within a minute.`)
    return EXIT.done
  },
}
