/**
 * Statements that decide by themselves whether they may write. Each of their conditions is taken out, one by one: in one
 * of some worlds, the statement must then write something else.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Query } from 'drizzle-orm'
import { compactSql } from '../../src/db/compact-sql.ts'
import type { ClientStatement } from '../../src/db/calls.ts'
import { databaseOver, statementOf, type Database } from '../../src/db/open.ts'
import { conjunctsOf, without } from './conjuncts.ts'

/** A statement as it is sent. */
export type Plain = { readonly sql: string; readonly args: readonly (string | number | null)[] }

/** What is there before, what may have happened meanwhile, and which tables are looked at. */
export type Worlds = {
  readonly base: string
  readonly worlds: Readonly<Record<string, string>>
  readonly tables: readonly string[]
}

const MIGRATIONS = readdirSync('drizzle')
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => readFileSync(`drizzle/${name}`, 'utf8').replaceAll('--> statement-breakpoint', ''))
  .join(';\n')

/** A statement of the client's as it is sent. */
function plain(statement: ClientStatement): Plain {
  const { sql, args = [] } = typeof statement === 'string' ? { sql: statement } : statement
  const list = Array.isArray(args) ? args : Object.values(args)
  return {
    // Of one writing, whether it is built once or anew: the same condition is then the same text.
    sql: compactSql(sql),
    args: list.map((arg) =>
      typeof arg === 'number' || arg === null
        ? arg
        : typeof arg === 'boolean'
          ? Number(arg)
          : String(arg),
    ),
  }
}

/** As Drizzle builds it, or as it is built once. */
export function of(
  statement: { readonly toSQL: () => Query } | Parameters<typeof statementOf>[0],
): Plain {
  if ('getQuery' in statement) return plain(statementOf(statement))
  const { sql, params } = statement.toSQL()
  return plain({ sql, args: params as (string | number | boolean | null)[] }) // as they are bound
}

/** A database that statements are built with, and that runs none. */
export const db: Database = databaseOver({ execute: runNothing, batch: runNothing })

/** What runs a statement there. */
function runNothing(): Promise<never> {
  return Promise.reject(new Error('Statements are looked at here, not run.'))
}

/** The statements that an operation sends until it has an answer, which it does not get. */
export async function sentBy(work: (db: Database) => Promise<unknown>): Promise<readonly Plain[]> {
  const sent: ClientStatement[] = []
  const keep = (statements: ClientStatement[]) => {
    sent.push(...statements)
    return runNothing()
  }
  await work(databaseOver({ execute: (one) => keep([one]), batch: keep })).catch(() => undefined)
  return sent.map(plain)
}

/** Every condition of some statements, without what stands for "always". */
export function conditionsOf(statements: readonly Plain[]): ReadonlySet<string> {
  return new Set(
    statements.flatMap(({ sql }) =>
      conjunctsOf(sql).flatMap(({ text }) => (text === '1' || text === 'true' ? [] : [text])),
    ),
  )
}

/** What a statement answers; a refusal by the tables' own constraints is an answer, too. */
function answerOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return String(error)
  }
}

/** What is kept of a group of statements: what they do, and two worlds at once that tell more than each by itself. */
export type Outcomes = { readonly digest: string; readonly pairs?: readonly string[] }

/**
 * Answers which conditions of statements matter in none of the worlds, nor in two of them together; and, as one word,
 * what statements do in the worlds, which is another word as soon as a condition is lost or turned round.
 */
export function observer({ base, worlds, tables }: Worlds) {
  const memory = new DatabaseSync(':memory:')
  memory.exec(MIGRATIONS)
  memory.exec(base)
  const single = Object.values(worlds)
  const contents = tables.map((table) => memory.prepare(`select * from ${table}`))
  const textOf = (table: string): string => {
    const columns = memory.prepare('select name from pragma_table_info(?)').all(table)
    const values = columns.map(({ name }) => `quote("${String(name)}")`).join(" || ',' || ")
    return `(select group_concat(${values}, ';') from ${table}) as ${table}`
  }
  const texts = memory.prepare(`select ${tables.map(textOf).join(', ')}`)

  /** Two things may rule each other out: a row of an account that is gone. */
  const happens = (world: string): boolean => {
    try {
      memory.exec(world)
      return true
    } catch (error) {
      if (single.includes(world)) throw error
      return false
    }
  }

  /** What is in each table, as one text, which SQLite makes in a fraction of the time that rows take. */
  const textsSoFar = (): readonly unknown[] => Object.values(texts.get() ?? {})

  const countChanges = memory.prepare('select total_changes() as count')
  const changesSoFar = (): unknown => countChanges.get()?.['count']

  /** Before anything is done in it, by world. */
  const textsOfWorlds = new Map<string, readonly unknown[]>()

  /** The tables that something leaves otherwise in a world, with what is in them then; it is undone again. */
  const tablesChangedBy = (world: string, work: () => void): readonly string[] => {
    const before = textsOfWorlds.get(world) ?? textsSoFar()
    textsOfWorlds.set(world, before)
    const changesBefore = changesSoFar()
    memory.exec('savepoint work')
    try {
      work()
      // To read all tables takes longer than most statements, and most write nothing.
      if (changesSoFar() === changesBefore) return []
      const after = textsSoFar()
      return contents.flatMap((table, index) =>
        after[index] === before[index] ? [] : [JSON.stringify(table.all())],
      )
    } finally {
      memory.exec('rollback to work; release work')
    }
  }

  /** Most statements are run in every world, and take longer to read than to run. */
  const prepared = new WeakMap<Plain, StatementSync>()
  const prepare = (statement: Plain): StatementSync => {
    const known = prepared.get(statement) ?? memory.prepare(statement.sql)
    prepared.set(statement, known)
    return known
  }

  /** What the statement answers in a world, and the tables that it leaves otherwise; the world then is as it was. */
  const outcomeIn = (world: string, statement: Plain): string => {
    memory.exec('savepoint world')
    try {
      if (!happens(world)) return ''
      let answered: unknown
      const changed = tablesChangedBy(world, () => {
        answered = answerOf(() => prepare(statement).all(...statement.args))
      })
      return JSON.stringify([answered, changed])
    } finally {
      memory.exec('rollback to world; release world')
    }
  }

  /** The same of statements as they are, which each of their conditions is compared with. */
  const outcomes = new WeakMap<Plain, Map<string, string>>()
  const usualIn = (world: string, statement: Plain): string => {
    const known = outcomes.get(statement) ?? new Map<string, string>()
    outcomes.set(statement, known)
    const outcome = known.get(world) ?? outcomeIn(world, statement)
    known.set(world, outcome)
    return outcome
  }

  /** Whether a statement does something else, in any of some worlds, when a condition always holds. */
  const matters = (statement: Plain, condition: string, among: readonly string[]): boolean => {
    const weaker = { ...statement, sql: without(statement.sql, condition) }
    if (weaker.sql === statement.sql) return false
    return among.some((world) => outcomeIn(world, weaker) !== usualIn(world, statement))
  }

  // Some conditions matter only where two things have happened; most often the statement feels one of them by itself.
  const pairs = single.flatMap((one) => single.map((other) => `${one};${other}`))
  const likelyPairs = (statement: Plain): readonly string[] => {
    const usual = usualIn('', statement)
    const felt = single.filter((world) => usualIn(world, statement) !== usual)
    return felt.flatMap((one) => single.flatMap((other) => [`${one};${other}`, `${other};${one}`]))
  }

  const unnoticedOf = (
    statements: readonly Plain[],
    except: readonly string[] = [],
  ): readonly string[] =>
    [...conditionsOf(statements)].filter(
      (condition) =>
        !except.map(compactSql).includes(condition) &&
        !statements.some((one) => matters(one, condition, single)) &&
        !statements.some((one) => matters(one, condition, likelyPairs(one))) &&
        !statements.some((one) => matters(one, condition, pairs)),
    )

  /** `pairs`: by the worlds' names, joined by ` + `. */
  const digestOf = (statements: readonly Plain[], { pairs: named = [] }: Outcomes): string => {
    const both = named.map((pair) =>
      pair
        .split(' + ')
        .map((name) => worlds[name])
        .join(';'),
    )
    const all = statements.flatMap((statement) => {
      // The clock would make each time another.
      const timeless = {
        ...statement,
        sql: statement.sql.replaceAll("unixepoch('subsec')", '0'),
      }
      return [...single, ...both].map((world) => outcomeIn(world, timeless))
    })
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 12)
  }
  return { unnoticedOf, digestOf }
}
