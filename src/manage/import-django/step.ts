/** How a table of Django is described, and a step of the import. */
import type { Deps } from '../../deps.ts'
import type { Reading, ReadingDeps } from './rows.ts'
import type { Target, TargetRow } from './target.ts'
import type { SourceRow } from './values.ts'

/** One of Django's tables and how its rows become ours. */
export type DjangoTable = {
  /** Its name in a database; in a fixture the model `app.model`. */
  readonly name: string
  readonly columns: readonly string[]
  /** Columns without which the table is another one. */
  readonly required: readonly string[]
  /** Columns of bytes: `x` and hexadecimal from a database, base64 in a fixture. */
  readonly binary?: readonly string[]
  /** Column that a fixture calls `pk`. */
  readonly primaryKey: string
}

/** One step of an import: a table that is read, and where its rows go. */
export type ImportStep = {
  readonly table: DjangoTable
  /** What the summary calls it, where several steps read one table. */
  readonly name?: string
  readonly target: Target
  /** Columns that come from another table: name and SQL over `t`, the table itself. */
  readonly joined?: Readonly<Record<string, string>>
  /** Columns of which the target's only unique set is made, where no other step writes to the target. */
  readonly distinct?: readonly string[]
  /** The joined column that is the target's key, where rows are read in its order: written at random, each costs a page. */
  readonly orderBy?: string
  readonly read: (row: SourceRow, deps: ReadingDeps) => Reading | Promise<Reading>
  /** Adds what only a row that is written needs, and costs time to make. */
  readonly complete?: (
    row: TargetRow,
    deps: Pick<Deps, 'settings' | 'randomBytes'>,
  ) => Promise<TargetRow>
}
