/** Webhook deliveries on the command line: what waits, what was given up, sending again, a test. */
import { parseArgs } from 'node:util'
import { send } from '../core/events/deliver-webhooks.ts'
import { confirm } from './confirm.ts'
import { answerPlan, confirmOptions, dryRunOptions } from './danger.ts'
import { counted } from './plural.ts'
import { replayDeliveries } from '../core/operator/replay-webhooks.ts'
import {
  countGivenUp,
  listDeliveries,
  type ListedDelivery,
} from '../core/events/webhook-deliveries.sql.ts'
import { hex } from '../crypto.ts'
import type { Webhook } from '../settings/webhooks.ts'
import { answer } from './account.ts'
import {
  CommandError,
  commandGroup,
  commonOptions,
  EXIT,
  UsageError,
  type Command,
} from './command.ts'
import { openCommandDeps, reachDatabase } from './environment.ts'
import { positive } from './list-users.ts'
import { printRows, type Column } from './table.ts'

const COLUMNS: readonly Column<ListedDelivery>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'RECEIVER', value: ({ endpoint }) => endpoint },
  { title: 'EVENT', value: ({ type }) => type },
  { title: 'SINCE', value: ({ createdAt }) => createdAt.toISOString() },
  { title: 'TRIES', value: ({ attempts }) => String(attempts), isNumber: true },
  { title: 'NEXT', value: ({ nextAttemptAt }) => nextAttemptAt?.toISOString() ?? 'given up' },
  { title: 'REASON', value: ({ lastReason }) => lastReason ?? '' },
]

/** Lists deliveries that wait or were given up. */
const listCommand: Command = {
  usage: '[OPTIONS]',
  summary: 'Lists messages that wait for other systems or were given up, the newest first.',
  options: {
    '--failed': 'only those that were given up',
    '--limit N': 'so many at most; default 50',
    '--before ID': 'older than this one: the next page',
  },
  run: async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...commonOptions,
        failed: { type: 'boolean', default: false },
        limit: { type: 'string', default: '50' },
        before: { type: 'string' },
      },
    })
    const limit = positive(values.limit, '--limit')
    const before = values.before === undefined ? undefined : positive(values.before, '--before')
    const { deps } = await reachDatabase(values, io)
    const found = await listDeliveries(deps.db, {
      limit,
      isFailed: values.failed,
      ...(before === undefined ? {} : { before }),
    })
    printRows({ io, isJson: values.json }, found, { columns: COLUMNS, body: bodyOf })
    return EXIT.done
  },
}

function bodyOf(one: ListedDelivery) {
  return {
    id: one.id,
    receiver: one.endpoint,
    message_id: one.messageId,
    event: one.type,
    created_at: one.createdAt.toISOString(),
    tries: one.attempts,
    next_try_at: one.nextAttemptAt?.toISOString() ?? null,
    failed_at: one.failedAt?.toISOString() ?? null,
    reason: one.lastReason,
  }
}

/** Sends deliveries again that were given up. */
const replayCommand: Command = {
  usage: '(ID | --all) [OPTIONS]',
  summary: 'Sends messages that were given up once more, under their old ids.',
  options: { '--all': 'all of them' },
  danger: 'asked',
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...commonOptions,
        ...confirmOptions,
        ...dryRunOptions,
        all: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    })
    const [text, ...more] = positionals
    if (more.length > 0 || (text === undefined) !== values.all) {
      throw new UsageError('Which? An ID of webhooks list, or --all.')
    }
    const id = text === undefined ? ('all' as const) : positive(text, 'ID')
    const { deps } = await reachDatabase(values, io)
    const found = await countGivenUp(deps.db, id)
    if (values['dry-run']) {
      const body = { replayed: 0, would_replay: found }
      const sentence = `Would send ${counted(found, 'message')} again.`
      return answerPlan({ io, isJson: values.json }, body, sentence)
    }
    if (id === 'all' && found > 0) {
      const what = `Sends ${counted(found, 'message')} again, the oldest first.`
      await confirm(values, io, { what, word: 'all' })
    }
    const count = await replayDeliveries(deps, id)
    if (count === 0 && id !== 'all') throw new CommandError(`No message ${id} was given up.`)
    answer(
      { io, isJson: values.json },
      { replayed: count },
      `${count} will be sent within a minute.`,
    )
    return EXIT.done
  },
}

/** Sends a test event to an endpoint now, and prints what it answered. */
const testCommand: Command = {
  usage: 'RECEIVER [OPTIONS]',
  summary: 'Sends a signed message of the type test to a receiver of WEBHOOKS.',
  options: {},
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: commonOptions,
      allowPositionals: true,
    })
    const { deps } = openCommandDeps(values, io)
    const [name] = positionals
    const webhook = deps.settings.WEBHOOKS.find((one) => one.name === name)
    if (webhook === undefined) {
      const names = deps.settings.WEBHOOKS.map((one) => one.name)
      throw new UsageError(
        names.length === 0 ? 'WEBHOOKS is not set.' : `Which RECEIVER? ${names.join(', ')}.`,
      )
    }
    const verdict = await send(deps, webhook, {
      messageId: `msg_${hex(deps.randomBytes(16))}`,
      type: 'test',
      data: {},
      createdAt: deps.now,
    })
    const reason = verdict.kind === 'taken' ? '' : verdict.reason
    const sentence =
      verdict.kind === 'taken' ? `${webhook.name} took it.` : faultSentence(webhook, reason)
    answer(
      { io, isJson: values.json },
      { receiver: webhook.name, outcome: verdict.kind, reason },
      sentence,
    )
    return verdict.kind === 'taken' ? EXIT.done : EXIT.failed
  },
}

/** What is wrong, and where to look. */
function faultSentence({ name, url }: Webhook, reason: string): string {
  const { host } = new URL(url)
  if (reason.startsWith('status ')) return `${name}: ${host} answers with ${reason}, not 2xx.`
  if (reason === 'TimeoutError') return `${name}: ${host} does not answer within ten seconds.`
  if (reason === 'no public URL') return `${name}: its url in WEBHOOKS is no public https address.`
  return `${name}: ${host} cannot be reached: no such name, nothing listens there, or its certificate is not good.`
}

/** Messages to other systems. */
export const webhooksCommand = commandGroup(
  'Shows, repeats and tests what other systems are told: help webhooks lists how.',
  { list: listCommand, replay: replayCommand, test: testCommand },
)
