/**
 * Work on the database that is otherwise done on its own or at deployment: deleting expired rows, migrating the
 * schema.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { countExpired, deleteExpired, retentionOf } from '../db/expired.ts'
import {
  deferredIndexes,
  makeDeferredIndexes,
  sayingIndexes,
} from './import-django/deferred-indexes.ts'
import { readDatabaseState } from '../core/accounts/operator.sql.ts'
import { refoldEmails, type EmailCollision } from '../core/users/refold-emails.sql.ts'
import type { Deps } from '../deps.ts'
import { answer } from './account.ts'
import { commonOptions, EXIT, type Command, type ExitCode, type Io } from './command.ts'
import { answerPlan, dryRunOptions } from './danger.ts'
import { reachDatabase } from './environment.ts'
import { packageRoot } from './package-root.ts'
import { printable } from './table.ts'
import { counted } from './plural.ts'
import { MIGRATION_COUNT } from '../db/migrations.ts'

/** Deletes what has expired. */
export const purgeCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Deletes expired sessions, refresh tokens, counters and old audit events now, as the cron handler does bit by bit.',
  options: {},
  danger: 'planned',
  run: purge,
}

/** Deletes what has expired, as the cron handler does. */
async function purge(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: { ...commonOptions, ...dryRunOptions } })
  const { deps } = await reachDatabase(values, io)
  if (values['dry-run']) {
    const counts = await countExpired(deps.db, deps.now, retentionOf(deps.settings))
    const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const body = { deleted: 0, would_delete: counts }
    const sentence = `Would delete ${counted(rows, 'expired row')}.`
    return answerPlan({ io, isJson: values.json }, body, sentence)
  }
  let deleted = 0
  for (;;) {
    const rows = await deleteExpired(deps.db, deps.now, retentionOf(deps.settings))
    deleted += rows
    if (rows === 0) break
    if (io.isScreen) io.say(`\rDeleted ${counted(deleted, 'row')} so far`)
  }
  if (io.isScreen && deleted > 0) io.say('\n')
  const target = { io, isJson: values.json }
  answer(target, { deleted }, `Deleted ${counted(deleted, 'expired row')}.`)
  return EXIT.done
}

/** Brings the database to the schema of this version. */
export const migrateCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Applies the migrations of drizzle/ that the database has not seen yet, and brings the columns that addresses are compared by up to date.',
  options: {},
  danger: 'planned',
  run: runMigrations,
}

/** Applies the migrations that the database has not seen, in order. */
async function runMigrations(args: readonly string[], io: Io): Promise<ExitCode> {
  const options = { ...commonOptions, ...dryRunOptions } as const
  const { values } = parseArgs({ args: [...args], options })
  const { deps, schemaDb } = await reachDatabase(values, io)
  const before = (await readDatabaseState(deps.db)).migrations ?? 0
  if (values['dry-run']) {
    return planMigrations(deps.db, { io, isJson: values.json }, before)
  }
  // First: a migration may take one of them away, or its table.
  const made = await makeDeferredIndexes(schemaDb, sayingIndexes(io))
  await migrate(schemaDb, { migrationsFolder: join(packageRoot(), 'drizzle') })
  const after = (await readDatabaseState(deps.db)).migrations ?? 0
  const applied = after - before
  const { changed: refolded, collisions } = await refoldEmails(deps.db)
  for (const collision of collisions) io.say(`${collisionLine(collision)}\n`)
  answer(
    { io, isJson: values.json },
    {
      applied,
      migrations: after,
      refolded_emails: refolded,
      email_collisions: collisions.length,
      deferred_indexes: made,
    },
    [
      applied === 0 ? 'The database is up to date.' : `Applied ${counted(applied, 'migration')}.`,
      ...(made === 0 ? [] : [`Made ${counted(made, 'index', 'indexes')} that an import had left.`]),
      ...(refolded === 0
        ? []
        : [`Brought the comparison of ${counted(refolded, 'address', 'addresses')} up to date.`]),
    ].join(' '),
  )
  return EXIT.done
}

/** Says what would be applied and made. */
async function planMigrations(
  db: Deps['db'],
  asked: Parameters<typeof answerPlan>[0],
  applied: number,
): Promise<ExitCode> {
  const pending = Math.max(0, MIGRATION_COUNT - applied)
  const missing = (await deferredIndexes(db)).length
  const sentences = [
    `Would apply ${counted(pending, 'migration')}.`,
    ...(missing === 0
      ? []
      : [
          `Would make ${counted(missing, 'index', 'indexes')} that an import has left, and remove rows that share what one of them keeps unique.`,
        ]),
  ]
  return answerPlan(asked, { pending, deferred_indexes: missing }, sentences.join(' '))
}

/** Nothing is decided here about accounts that share a mailbox: the operator knows whose it is. */
function collisionLine({ address, userIds }: EmailCollision): string {
  return `The users ${userIds.join(', ')} have all verified ${printable(address)}: it is one mailbox in several spellings.`
}
