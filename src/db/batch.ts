/**
 * Batches with names: results are read by the name of their statement, so that adding one does not shift the
 * others.
 */
import type { Database, Statement } from './open.ts'

/** Statements of a batch by what they do; several may share a name. */
export type NamedStatements = Readonly<Record<string, Statement | readonly Statement[]>>

/** What they answered, by the same names. */
export type NamedResults<Named extends NamedStatements> = {
  readonly [Name in keyof Named]: ResultOf<Named[Name]>
}

type ResultOf<One> = One extends Statement
  ? One['_']['result']
  : One extends readonly (infer Each extends Statement)[]
    ? readonly Each['_']['result'][]
    : never

/**
 * Runs statements as one transaction and answers by name: adding one in the middle does not shift other results.
 * One round trip, none where there is nothing to run.
 */
export async function batch<const Named extends NamedStatements>(
  db: Database,
  named: Named,
): Promise<NamedResults<Named>> {
  const [first, ...rest] = statementsOf(named)
  return resultsByName(named, first === undefined ? [] : await db.batch([first, ...rest]))
}

/** The statements in their order. */
export function statementsOf(named: NamedStatements): readonly Statement[] {
  return Object.values(named).flat()
}

/** Gives results the names of their statements. */
export function resultsByName<Named extends NamedStatements>(
  named: Named,
  results: readonly unknown[],
): NamedResults<Named> {
  let at = 0
  const entries = Object.entries(named).map(([name, statements]) => {
    if (!Array.isArray(statements)) return [name, results[at++]]
    at += statements.length
    return [name, results.slice(at - statements.length, at)]
  })
  // The database answers one result a statement, in order; the loop has counted them.
  return Object.fromEntries(entries) as NamedResults<Named>
}
