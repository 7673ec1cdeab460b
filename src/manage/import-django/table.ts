/** One table of the import: its pages are compared with what is there, written and reported. */
import { sendInOrder } from './in-order.ts'
import { readPage, type Page, type Run } from './page.ts'
import { placeRows, type PlacedRow, type Placing } from './place.ts'
import { noCounts, type TableCounts } from './report.ts'
import { readPages, type Source } from './source.ts'
import type { ImportStep } from './step.ts'
import type { TargetRow } from './target.ts'
import { NOTHING_PRESENT, readPresent, reserveIds, writeRows, type Written } from './write.ts'

/**
 * Whether the next page's rows are likely to be here: then they are compared first, and written first otherwise. The
 * result is the same; a page costs one round trip where the guess is right.
 */
type Guess = { expects: 'new' | 'known' }

/** Imports one table, page by page. */
export async function importTable(run: Run, step: ImportStep): Promise<TableCounts> {
  const { source, options, deps } = run
  const counts = noCounts()
  const guess: Guess = { expects: 'known' }
  await sendInOrder(pagesOf(run, step, guess), {
    // An update may free a value that a row of the next page takes: one page after the other.
    atOnce: options.onDifference === 'update' ? 1 : options.pagesAtOnce,
    namesOf: (page) => page.names,
    send: (page) => send(run, step, { page, ...guess }),
    wait: (sent) => options.watch.time('database', () => sent),
    settle: (placed, page) => {
      settle(run, step, { page, placed, counts })
      const inserted = placed.filter(({ kind }) => kind === 'inserted').length
      guess.expects = inserted * 2 > placed.length ? 'new' : 'known'
      options.onProgress(page.count, step.table.name)
    },
  })
  if (options.mode === 'write' && step.target.key === 'id') {
    const id = givenIds(source, step.table.name)
    if (id > 0) await reserveIds(deps.db, step.target.table, id)
  }
  return counts
}

/** The pages of a table, read while earlier ones are written. */
async function* pagesOf(run: Run, step: ImportStep, guess: Guess): AsyncGenerator<Page> {
  const { source, options } = run
  const pages = readPages(source, step, options.rowsAPage)
  for (;;) {
    const next = await options.watch.time('source', () => pages.next())
    if (next.done === true) return
    yield await readPage(run, step, { page: next.value, ...guess })
  }
}

/**
 * The highest id that Django's SQLite has ever given out, so that ids of deleted users are not reused for others,
 * whom old tokens would then authenticate.
 */
function givenIds({ database, isCopy }: Source, table: string): number {
  if (isCopy) return 0
  const hasCounter = database
    .prepare("select 1 from sqlite_master where name = 'sqlite_sequence'")
    .get()
  if (hasCounter === undefined) return 0
  // One above all that JavaScript has numbers for was given to a row that is refused here.
  const row = database
    .prepare('select seq from sqlite_sequence where name = ? and seq <= ?')
    .get(table, Number.MAX_SAFE_INTEGER)
  return Number(row?.['seq'] ?? 0)
}

/** Brings one page to the database; answers what became of its rows. */
async function send(
  run: Run,
  step: ImportStep,
  { page, expects }: { readonly page: Page; readonly expects: Guess['expects'] },
): Promise<readonly PlacedRow[]> {
  const { options, source } = run
  const { rows, firsts } = page
  if (rows.length === 0) return []
  const placing = {
    refusedUsers: refusedAmong(source, step, rows),
    // A dry run has written no users: those of the source will be there.
    comingUsers: options.mode === 'dry-run' ? usersAmong(source, rows) : new Set<number>(),
    onDifference: options.onDifference,
    firsts,
  }
  if (options.mode === 'dry-run' || expects === 'known')
    return compare(run, step, { rows, placing })
  const placed = placeRows(step.target, rows, { ...placing, present: NOTHING_PRESENT })
  const added = rowsOf(placed, 'inserted')
  const written = await writeAll(run, step, { added, changed: [] })
  if (written === added.length) return placed
  return creditWritten(await compare(run, step, { rows, placing }), written)
}

/** Compares rows with what is there, and writes those that are new or differ with `--update`. */
async function compare(
  run: Run,
  step: ImportStep,
  {
    rows,
    placing,
  }: { readonly rows: readonly TargetRow[]; readonly placing: Omit<Placing, 'present'> },
): Promise<PlacedRow[]> {
  const present = await readPresent(run.deps.db, step.target, placing.firsts)
  const placed = placeRows(step.target, rows, { ...placing, present })
  if (run.options.mode === 'write') await write(run, step, placed)
  return placed
}

/** Rows that were written before they were compared are there unchanged: as many of them are new. */
function creditWritten(placed: readonly PlacedRow[], written: Written): readonly PlacedRow[] {
  let left = written === 'unknown' ? placed.length : written
  return placed.map((outcome) => {
    if (outcome.kind !== 'unchanged' || left === 0) return outcome
    left -= 1
    return { ...outcome, kind: 'inserted' }
  })
}

/** Counts and reports what became of a page. */
function settle(
  run: Run,
  step: ImportStep,
  {
    page,
    placed,
    counts,
  }: {
    readonly page: Page
    readonly placed: readonly PlacedRow[]
    readonly counts: TableCounts
  },
): void {
  counts.read += page.count
  counts.unneeded += page.unneeded
  for (const finding of page.findings) {
    if (finding.kind === 'refused') {
      counts.refused += 1
      refuse(run, step, finding)
    } else run.options.onFinding(finding)
  }
  for (const outcome of placed) {
    counts[outcome.kind] += 1
    if (outcome.kind === 'refused') refuse(run, step, outcome)
    if (outcome.kind === 'differing') {
      const reason = `is here with another ${outcome.columns.join(', ')}; --update takes Django's`
      run.options.onFinding({
        kind: 'differs',
        table: step.table.name,
        key: outcome.key,
        reason,
      })
    }
  }
}

/** Reports a refused row, and remembers its user, whose other rows are refused, too. */
function refuse(
  { source, options }: Run,
  step: ImportStep,
  { key, reason }: { readonly key: string; readonly reason: string },
): void {
  options.onFinding({ kind: 'refused', table: step.table.name, key, reason })
  if (step.target.table !== 'users' || !/^\d{1,15}$/.test(key)) return
  source.database.prepare('insert or ignore into refused_users (id) values (?)').run(Number(key))
}

/** Writes the rows of a page that are new, or differ with `--update`. */
async function write(run: Run, step: ImportStep, placed: PlacedRow[]): Promise<void> {
  const { target } = step
  const added = rowsOf(placed, 'inserted')
  const changed = rowsOf(placed, 'updated')
  const rows = [...added, ...changed]
  if ((await writeAll(run, step, { added, changed })) === rows.length) return
  // Fewer were written: an earlier attempt whose answer was lost did it, or a concurrent write came first.
  const again = placeRows(target, rows, {
    present: await readPresent(run.deps.db, target, rows),
    refusedUsers: new Set(),
    comingUsers: new Set(),
    onDifference: 'keep',
    firsts: rows,
  })
  for (const outcome of again) {
    if (outcome.kind === 'unchanged') continue
    const index = placed.findIndex(
      (first) => first.key === outcome.key && first.row === outcome.row,
    )
    if (index < 0) continue
    const reason = outcome.kind === 'refused' ? outcome.reason : 'another row was written meanwhile'
    placed[index] = { kind: 'refused', key: outcome.key, row: outcome.row, reason }
  }
}

/** Writes rows, with the columns that only rows to be written need. */
async function writeAll(
  { deps }: Run,
  { target, complete }: ImportStep,
  {
    added,
    changed,
  }: { readonly added: readonly TargetRow[]; readonly changed: readonly TargetRow[] },
): Promise<Written> {
  if (added.length + changed.length === 0) return 0
  if (complete === undefined) return writeRows(deps.db, target, { added, changed })
  return writeRows(deps.db, target, {
    added: await Promise.all(added.map((row) => complete(row, deps))),
    changed: await Promise.all(changed.map((row) => complete(row, deps))),
  })
}

function rowsOf(placed: readonly PlacedRow[], kind: PlacedRow['kind']): readonly TargetRow[] {
  return placed.flatMap((outcome) => (outcome.kind === kind ? [outcome.row] : []))
}

function refusedAmong(
  { database }: Source,
  { target }: ImportStep,
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  const isNone = database.prepare('select 1 from refused_users limit 1').get() === undefined
  if (!target.belongsToUser || isNone) return new Set()
  return idsIn(
    database.prepare('select id from refused_users where id in (select value from json_each(?))'),
    rows,
  )
}

function usersAmong(
  { database, model, isCopy }: Source,
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  // Ids of a copy are text, and only an equal type finds its index.
  const value = isCopy && model.hasUuids !== true ? 'cast(value as text)' : 'value'
  return idsIn(
    database.prepare(
      `select id from "${model.table}" where id in (select ${value} from json_each(?))`,
    ),
    rows,
  )
}

function idsIn(
  statement: { all: (ids: string) => readonly Readonly<Record<string, unknown>>[] },
  rows: readonly TargetRow[],
): ReadonlySet<number> {
  const ids = JSON.stringify([...new Set(rows.map((row) => row['user_id'] ?? null))])
  return new Set(statement.all(ids).map((row) => Number(row['id'])))
}
