/** A call of the database that is begun before the code is there that reads its answer. */
import type { ClientResult, ClientStatement, DatabaseCalls } from './calls.ts'

/** A statement with its values by position, as it is sent. */
export type BegunStatement = {
  readonly sql: string
  readonly args: readonly unknown[]
  /** Positions of values that only name the request, and may be others for whoever makes the statement anew. */
  readonly ownNames: readonly number[]
}

/** A call that is under way: one statement by itself, or several as a batch. */
export type BegunCall = {
  readonly kind: 'execute' | 'batch'
  readonly statements: readonly BegunStatement[]
  readonly results: Promise<readonly ClientResult[]>
}

/** The calls of a database of which one is begun, and whether anyone has asked for that one. */
export type CallsAfter = DatabaseCalls & { readonly isTaken: () => boolean }

/** Begins a call. Nobody waits for it so far, so that a failure is told to whoever asks for its results. */
export function beginCall(
  calls: DatabaseCalls,
  { kind, statements }: Pick<BegunCall, 'kind' | 'statements'>,
): BegunCall {
  const sent = statements.map(({ sql, args }) => ({ sql, args: [...args] }) as ClientStatement)
  const [first = ''] = sent
  const results =
    kind === 'execute' ? calls.execute(first).then((result) => [result]) : calls.batch(sent)
  results.catch(() => undefined)
  return { kind, statements, results }
}

/**
 * The same calls, of which the first that asks what was begun has its results. What was begun is only ever a saving of
 * time: whoever asks for anything else asks the database.
 */
export function callsAfter(calls: DatabaseCalls, begun: BegunCall): CallsAfter {
  let isTaken = false
  const takes = (kind: BegunCall['kind'], statements: readonly ClientStatement[]): boolean => {
    if (isTaken || kind !== begun.kind || !areSame(begun.statements, statements)) return false
    isTaken = true
    return true
  }
  return {
    ...calls,
    execute: async (statement) => {
      const [result] = takes('execute', [statement]) ? await begun.results : []
      return result ?? calls.execute(statement)
    },
    batch: async (statements) =>
      takes('batch', statements) ? [...(await begun.results)] : calls.batch(statements),
    isTaken: () => isTaken,
  }
}

function areSame(
  begun: readonly BegunStatement[],
  statements: readonly ClientStatement[],
): boolean {
  return (
    begun.length === statements.length &&
    begun.every((one, index) => {
      const other = statements[index]
      return typeof other === 'object' && isSame(one, other)
    })
  )
}

function isSame(begun: BegunStatement, { sql, args }: Exclude<ClientStatement, string>): boolean {
  return (
    sql === begun.sql &&
    Array.isArray(args) &&
    args.length === begun.args.length &&
    args.every((value, at) => begun.ownNames.includes(at) || Object.is(value, begun.args[at]))
  )
}
