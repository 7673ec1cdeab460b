/** Imports the users of a Django project: arguments, progress and report. The import itself is `run.ts`. */
import type { Deps } from '../../deps.ts'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import {
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { openPrivateFile } from '../private-file.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import { byTable } from './more.ts'
import { resolveNaturalKeys } from './natural-keys.ts'
import { dryRunOptions } from '../danger.ts'
import { counted } from '../plural.ts'
import {
  deferredIndexes,
  deferIndexes,
  makeDeferredIndexes,
  sayingIndexes,
} from './deferred-indexes.ts'
import type { ImportOptions } from './page.ts'
import type { PasswordPolicy } from './password-policy.ts'
import { createProgress, type Progress } from './progress.ts'
import { hasUuids, numberUsers } from './public-ids.ts'
import { findingLine, summaryText, type Finding } from './report.ts'
import { importDjango } from './run.ts'
import { countRows, openSource, type Source } from './source.ts'
import { createStopwatch } from './stopwatch.ts'
import { importSteps, type UserModel } from './tables.ts'
import { findIdsByName, findNumbersByPublicId, findUnnamed, highestId } from './write.ts'

const options = {
  ...commonOptions,
  ...dryRunOptions,
  update: { type: 'boolean', default: false },
  'user-table': { type: 'string', default: 'auth_user' },
  'username-column': { type: 'string', default: 'username' },
  'reset-passwords': { type: 'string', default: '' },
  'weak-hashes': { type: 'string', default: 'wrap' },
  'batch-size': { type: 'string', default: '1000' },
  'at-once': { type: 'string', default: '2' },
  'defer-indexes': { type: 'boolean', default: false },
  report: { type: 'string' },
} as const

/** Imports from a SQLite file, fixtures, or CSV files. */
export const importDjangoCommand: Command = {
  usage: 'SOURCE… [OPTIONS]',
  summary:
    "Imports Django's users, e-mail addresses, tokens and social accounts from a SQLite file, a dumpdata fixture (JSON or JSON lines; - for the standard input) or CSV.",
  options: {
    '--update': "rows that are here with other values become Django's",
    '--user-table NAME': 'table of a custom user model (accounts_user); default auth_user',
    '--username-column NAME': 'column that names a user (email); default username',
    '--reset-passwords NAMES':
      'algorithms (argon2,scrypt) or all: these passwords are not kept, their owners reset by mail',
    '--weak-hashes WHAT':
      'md5, sha1 and PBKDF2 under 100,000 iterations: wrap (default; some 12 ms each) or keep',
    '--batch-size N': 'rows a write; default 1000',
    '--at-once N': 'writes under way at once; default 2',
    '--defer-indexes':
      'for millions of rows: indexes of empty tables are made at the end; until then logins are slow',
    '--report FILE': 'findings go into this file as JSON lines instead of the screen',
  },
  danger: 'planned',
  run: (args, io) => {
    setFlagsFromString(SMALL_HEAP)
    return runImport(args, io)
  },
}

/**
 * V8 lets the heap grow to several times what lives before it looks for garbage. An import leaves much garbage and keeps
 * little: looked for sooner, it takes a sixth less memory and 6 % more CPU time.
 */
const SMALL_HEAP = '--heap-growing-percent=150'

/** Opens source and target, imports, prints the summary. */
async function runImport(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.length === 0) throw new UsageError('Which SOURCE?')
  const how = howOf(values)
  const { deps: usual, schemaDb } = await reachDatabase(values, io)
  const deps = { ...usual, schemaDb }
  const model = modelOf(values, deps.settings.USER_FIELDS)
  // Later calls wait for a database that comes back; the first one tells a wrong address at once.
  await deps.db.run('select 1 from users limit 1')
  const paths = positionals.map((path) => (path === '-' ? path : resolve(io.directory, path)))
  const watch = createStopwatch(deps.elapsedMs)
  const opened = await watch.time('source', () => openSource(paths, model, io.input))
  const sink = findingSink(values, io)
  try {
    const writes = how.mode === 'write'
    // Users are found by their names where the source has no numbers for them.
    const defers = writes && values['defer-indexes']
    if (writes) await makeIndexes(schemaDb, io, defers && hasNumbers(opened) ? 'unique' : 'all')
    const source = await watch.time('source', () => withIds(opened, deps))
    const missing = { count: defers ? await takeIndexes(deps.db, io, tablesOf(source)) : 0 }
    const progress = createProgress(io, totalRows(source), deps.elapsedMs)
    const listeners = listenersOf(io, { sink, progress, missing })
    const atEnd = async (): Promise<void> => {
      progress.clear()
      if (writes) await makeIndexes(schemaDb, io, 'all')
    }
    const summary = await tellingWhatIsMissing(missing, io, () =>
      importDjango(deps, source, { ...how, watch, atEnd, ...listeners }),
    )
    io.out(
      values.json ? `${JSON.stringify({ kind: 'summary', ...summary })}\n` : summaryText(summary),
    )
    return summary.findings.refused > 0 ? EXIT.failed : EXIT.done
  } finally {
    opened.close()
    sink.close()
  }
}

type Arguments = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** How the arguments say that it is done. */
function howOf(
  values: Arguments,
): Omit<ImportOptions, 'atEnd' | 'watch' | 'onFinding' | 'onIndex' | 'onProgress'> {
  return {
    mode: values['dry-run'] ? 'dry-run' : 'write',
    onDifference: values.update ? 'update' : 'keep',
    rowsAPage: wholeNumber('--batch-size', values['batch-size'], 10_000),
    pagesAtOnce: wholeNumber('--at-once', values['at-once'], 16),
    indexes: values['defer-indexes'] ? 'made last' : 'kept',
    passwords: passwordPolicy(values['reset-passwords'], values['weak-hashes']),
  }
}

/** Whether users need not be looked up by their names: those of a copy may have no ids, and a UUID is no number. */
function hasNumbers(source: Source): boolean {
  return !source.isCopy && !hasUuids(source)
}

/** Tables that rows of the source go into. */
function tablesOf({ database, model }: Source): readonly string[] {
  const steps = importSteps(model).filter(({ table }) => countRows(database, table.name) > 0)
  return [...new Set(steps.map(({ target }) => target.table))]
}

/** Takes indexes away; answers how many are missing then, those of an import before that was killed among them. */
async function takeIndexes(db: Deps['db'], io: Io, tables: readonly string[]): Promise<number> {
  const taken = await deferIndexes(db, tables)
  const missing = (await deferredIndexes(db)).length
  io.say(
    taken === 0
      ? 'No index is dropped now: no table with indexes is empty.\n'
      : `Dropped ${counted(taken, 'index', 'indexes')}.\n`,
  )
  if (missing > 0) {
    io.say(`At the end, ${counted(missing, 'index is', 'indexes are')} made again.\n`)
  }
  return missing
}

/** How many indexes an import has taken away so far, those of one before it that was killed among them. */
type Missing = { count: number }

/** Who is told what an import finds and does: the sink, the progress, and the person. */
function listenersOf(
  io: Io,
  {
    sink,
    progress,
    missing,
  }: { readonly sink: Sink; readonly progress: Progress; readonly missing: Missing },
): Pick<ImportOptions, 'onFinding' | 'onIndex' | 'onProgress'> {
  return {
    onFinding: (finding) => {
      progress.clear()
      sink.write(finding)
    },
    onIndex: (what, name) => {
      progress.clear()
      if (what === 'making') sayingIndexes(io).making(name)
      else {
        missing.count += 1
        io.say(`Dropped the index ${name}, until its table is imported.\n`)
      }
    },
    onProgress: progress.advance,
  }
}

/** Where the work fails, whoever sees it fail learns what it leaves to be done. */
async function tellingWhatIsMissing<Result>(
  missing: Missing,
  io: Io,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (missing.count > 0) {
      io.say(
        `\nUp to ${counted(missing.count, 'index is', 'indexes are')} missing now, and logins are slow. The same import again ends with all of them; without it: npm run manage -- migrate\n`,
      )
    }
    throw error
  }
}

/** Makes the indexes that this import has deferred, or one before it that was killed. */
async function makeIndexes(db: Deps['db'], io: Io, which: 'all' | 'unique'): Promise<void> {
  await makeDeferredIndexes(db, sayingIndexes(io), which)
}

/** The source with numbers for ids, as far as it names users otherwise. */
async function withIds(
  opened: Source,
  { db, settings }: Pick<Deps, 'db' | 'settings'>,
): Promise<Source> {
  const highest = () => highestId(db, 'users')
  await resolveNaturalKeys(opened, {
    idsOf: (names) => findIdsByName(db, names),
    highestId: highest,
  })
  return numberUsers(opened, settings.USER_PK, {
    numbersOf: (publicIds) => findNumbersByPublicId(db, publicIds),
    unnamed: (names) => findUnnamed(db, names),
    highestId: highest,
  })
}

/** Which table and columns hold the users. */
function modelOf(
  values: { readonly 'user-table': string; readonly 'username-column': string },
  fields: readonly OwnField[],
): UserModel {
  return {
    table: identifier(values['user-table']),
    usernameColumn: identifier(values['username-column']),
    own: ownColumns(fields),
  }
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new UsageError(`${option} is a number from 1 to ${most}.`)
}

/** Which columns of which tables hold own fields. */
function ownColumns(fields: readonly OwnField[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...byTable(fields)].map(([table, of]) => [
      table,
      of.map(({ django = '' }) => django.slice(django.indexOf('.') + 1)),
    ]),
  )
}

/**
 * A name that goes into SQL.
 *
 * @throws UsageError for one that would need quoting (SQL injection)
 */
function identifier(name: string): string {
  if (!/^\w+$/.test(name)) throw new UsageError(`${name} is no name of a table or column.`)
  return name
}

/** What the options say of imported passwords. */
function passwordPolicy(reset: string, weakHashes: string): PasswordPolicy {
  if (weakHashes !== 'wrap' && weakHashes !== 'keep') {
    throw new UsageError('--weak-hashes is wrap or keep.')
  }
  if (reset === 'all') return { reset: 'all', weakHashes }
  return { reset: reset.split(',').filter((name) => name !== ''), weakHashes }
}

function totalRows(source: Source): number {
  return importSteps(source.model).reduce(
    (sum, step) => sum + countRows(source.database, step.table.name),
    0,
  )
}

type Sink = { readonly write: (finding: Finding) => void; readonly close: () => void }

/** Where findings go: the screen, a report file, or JSON lines. */
function findingSink(values: { json: boolean; report?: string | undefined }, io: Io): Sink {
  if (values.report !== undefined) return reportFile(resolve(io.directory, values.report))
  return {
    write: (finding) => {
      if (values.json) io.out(`${JSON.stringify(finding)}\n`)
      // Of these there may be as many as users; the summary counts them.
      else if (finding.kind !== 'password') io.say(findingLine(finding))
    },
    close: () => undefined,
  }
}

/** Writes findings to a file, readable by its owner only: they contain addresses. */
function reportFile(path: string): Sink {
  const file = openPrivateFile(path)
  return {
    write: (finding) => {
      file.write(`${JSON.stringify(finding)}\n`)
    },
    close: file.keep,
  }
}
