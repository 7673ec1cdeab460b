import { fillPlaceholders, QueryPromise, sql, type Placeholder, type Query } from 'drizzle-orm'
import { compactSql } from './compact-sql.ts'
import type { ClientResult } from './calls.ts'
import { databaseOver, statementOf, type Database, type Statement } from './open.ts'
import { rowReader, type PreparedRows } from './row-reader.ts'

/** What differs from one use of a statement to the next, by its name. */
type Given<Name extends string> = Readonly<Record<Name, Placeholder<Name>>>

/** What Drizzle makes of a statement, as far as it can be kept: its text, and how its rows are read. */
type Prepared = PreparedRows & {
  readonly getQuery: () => Query
  readonly mapResult: (result: ClientResult, isFromBatch: boolean) => unknown
}

/** Every statement of Drizzle's has it, though its type does not say so. */
type Preparable = { readonly _prepare: () => Prepared }

type Compiled = { readonly query: Query; readonly read: (result: ClientResult) => unknown }

/**
 * A statement whose SQL is built once per isolate, with its first use: what Drizzle does for it takes longer than
 * all else that a request does with it. `names` are the values that each use brings; `build` finds their
 * placeholders in `given`. The result can be used alone or in a batch, as a statement of Drizzle's does.
 */
export function compiled<const Name extends string, Built extends Statement>(
  names: readonly Name[],
  build: (db: Database, given: Given<Name>) => Built,
): (db: Database, values: Readonly<Record<Name, unknown>>) => Built {
  let made: Compiled | undefined
  return (db, values) => {
    made ??= compile(names, build)
    // Drizzle's batches and `await` use no more of a statement.
    return new Use(db, made, values) as unknown as Built
  }
}

/** What is made once for each constant that it depends on: a part of a statement that has a few forms. */
export function memoize<Constant, Made>(make: (constant: Constant) => Made) {
  const made = new Map<Constant, Made>()
  return (constant: Constant): Made => {
    const found = made.get(constant) ?? make(constant)
    made.set(constant, found)
    return found
  }
}

/** One use of a compiled statement. */
class Use extends QueryPromise<unknown> {
  readonly #db: Database
  readonly #query: Query
  readonly mapResult: Compiled['read']

  constructor(db: Database, { query, read }: Compiled, values: Readonly<Record<string, unknown>>) {
    super()
    this.#db = db
    this.mapResult = read
    this.#query = { sql: query.sql, params: fillPlaceholders(query.params, values) }
  }

  getQuery(): Query {
    return this.#query
  }

  _prepare(): this {
    return this
  }

  override async execute(): Promise<unknown> {
    return this.mapResult(await this.#db.$client.execute(statementOf(this)))
  }
}

const BUILDER: Database = databaseOver({ execute: refuseToRun, batch: refuseToRun })

function refuseToRun(): Promise<never> {
  return Promise.reject(new Error('Statements are compiled here, not run.'))
}

function compile<Name extends string>(
  names: readonly Name[],
  build: (db: Database, given: Given<Name>) => Statement,
): Compiled {
  const given = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]))
  const statement = build(BUILDER, given as Given<Name>) // of those very names
  const prepared = (statement as unknown as Preparable)._prepare()
  const query = prepared.getQuery()
  const read = rowReader(prepared) ?? ((result) => prepared.mapResult(result, true))
  return { read, query: { ...query, sql: compactSql(query.sql) } }
}
