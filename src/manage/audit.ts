/** The audit log on the command line. */
import { parseArgs } from 'node:util'
import { searchAuditEvents, type AuditEvent } from '../core/audit/search.sql.ts'
import { readCounters } from '../core/mail/counters.sql.ts'
import { eventBody } from '../surfaces/admin/bodies.ts'
import { accountOf, accountOptions, accountOptionsHelp } from './account.ts'
import { commonOptions, EXIT, UsageError, type Command, type ExitCode, type Io } from './command.ts'
import { reachDatabase } from './environment.ts'
import { positive } from './list-users.ts'
import { printTable, type Column } from './table.ts'

const options = {
  ...commonOptions,
  ...accountOptions,
  kind: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  before: { type: 'string' },
  'by-others': { type: 'boolean', default: false },
  limit: { type: 'string', default: '50' },
  counts: { type: 'boolean', default: false },
} as const

/** Prints events, or their counts. */
export const auditCommand: Command = {
  usage: '[USER] [OPTIONS]',
  summary: 'Prints logins, failures and changes from audit_events, the newest first.',
  options: {
    ...accountOptionsHelp,
    '--kind KIND': 'events of this kind only (login_failed)',
    '--since TIME': 'events since then (2027-03-04 or 2027-03-04T05:06Z)',
    '--until TIME': 'events before then',
    '--by-others': 'only what others than the owner did: operators, staff, machines',
    '--before ID': 'events older than this one: the next page',
    '--limit N': 'so many at most; default 50',
    '--counts': 'numbers of the last 24 hours, and mails that wait, instead of events',
  },
  run: audit,
}

/** Prints events that match the options. */
async function audit(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const limit = positive(values.limit, '--limit')
  const since = timeOf(values.since, '--since')
  const until = timeOf(values.until, '--until')
  const before = values.before === undefined ? undefined : positive(values.before, '--before')
  const { deps } = await reachDatabase(values, io)
  if (values.counts) return counts(deps, values.json, io)
  const isOfOne = positionals.length > 0 || values.id !== undefined
  const account = isOfOne ? await accountOf(deps, positionals, values.id) : undefined
  const { events, next } = await searchAuditEvents(deps.db, {
    limit,
    ...(values.kind === undefined ? {} : { kind: values.kind }),
    ...(account === undefined ? {} : { userId: account.id }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(values['by-others'] ? { isByOthers: true } : {}),
    ...(before === undefined ? {} : { before }),
  })
  if (!values.json) printTable(io, COLUMNS, events)
  else for (const event of events) io.out(`${JSON.stringify(eventBody(event))}\n`)
  if (next !== undefined && !values.json) io.say(`Older: --before ${next}\n`)
  return EXIT.done
}

/**
 * A time in an option.
 *
 * @throws UsageError
 */
function timeOf(text: string | undefined, name: string): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new UsageError(`${name} is a time: 2027-03-04 or 2027-03-04T05:06Z.`)
}

/** Prints counts by kind instead. */
async function counts(
  deps: { readonly db: Parameters<typeof readCounters>[0]; readonly now: Date },
  isJson: boolean,
  io: Io,
): Promise<ExitCode> {
  const { events, waitingEmails, oldestEmailAt } = await readCounters(deps.db, deps.now)
  if (isJson) {
    const oldest = oldestEmailAt?.toISOString() ?? null
    io.out(
      `${JSON.stringify({ events, waiting_emails: waitingEmails, oldest_email_at: oldest })}\n`,
    )
    return EXIT.done
  }
  const oldest =
    oldestEmailAt === undefined ? '' : `, the oldest since ${oldestEmailAt.toISOString()}`
  printTable<readonly [string, number]>(
    io,
    [
      { title: 'COUNT', value: ([, count]) => String(count), isNumber: true },
      { title: 'OF THE LAST 24 HOURS', value: ([kind]) => kind },
    ],
    [...Object.entries(events), [`mails waiting${oldest}`, waitingEmails]],
  )
  return EXIT.done
}

const COLUMNS: readonly Column<AuditEvent>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'TIME', value: ({ happenedAt }) => happenedAt.toISOString() },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'USER', value: ({ userId }) => String(userId ?? ''), isNumber: true },
  { title: 'INVITED', value: ({ invited }) => invited ?? '' },
  { title: 'DETAIL', value: ({ detail }) => JSON.stringify(detail) },
]
