/**
 * The first database call of a password login as plain statements. What makes them otherwise, Drizzle and the tables,
 * is most of what an isolate reads before its first login; so that the database need not wait for it, their text is kept.
 */
import { beginCall, type BegunCall, type BegunStatement } from '../../db/begun.ts'
import type { DatabaseCalls } from '../../db/calls.ts'
import type { Count, FinderValues } from '../limits/count.ts'
import { countValues, refusalValues } from '../limits/count-values.ts'
import KEPT from './first-call.json' with { type: 'json' }
import { comparisonOf, formValues, type Comparison, type TypedName } from './login-input.ts'

/** A statement as it is kept: its text, and the name of the value that stands at each `?`. */
export type KeptStatement = { readonly sql: string; readonly names: readonly string[] }

/** What the first calls of logins are made of, by how names are compared where that matters. */
export type KeptStatements = {
  readonly purge: KeptStatement
  /** The hits of DRF's scopes. */
  readonly insertHitsOrFail: KeptStatement
  /** The hits of `ACCOUNT_RATE_LIMITS` of clients alone, and of accounts, too. */
  readonly insertHits: KeptStatement
  readonly insertAccountHits: Readonly<Record<Comparison, KeptStatement>>
  readonly tallyRefused: KeptStatement
  readonly selectCandidate: Readonly<Record<Comparison, KeptStatement>>
}

/** Written by `first-call.build.ts`. */
const kept: KeptStatements = KEPT

/** What a login's first call is for. */
export type FirstCall = {
  readonly typed: TypedName
  /** How the login is counted (`countLogin`). */
  readonly count: Count<FinderValues> | undefined
  /** How the request is counted in DRF's scopes. */
  readonly scopeCount: Count<FinderValues> | undefined
}

/**
 * Begins what a login asks first: `findLoginCandidate`, in front of which the request is counted. For a caller without
 * session or known device, of whom no more is read than the columns of `users`.
 */
export function beginFirstCall(calls: DatabaseCalls, first: FirstCall): BegunCall {
  const statements = statementsOf(first)
  return beginCall(calls, { kind: statements.length === 1 ? 'execute' : 'batch', statements })
}

function statementsOf({ typed, count, scopeCount }: FirstCall): readonly BegunStatement[] {
  const comparison = comparisonOf(typed)
  return [
    ...(scopeCount === undefined
      ? []
      : [kept.purge, kept.insertHitsOrFail].map(filledBy(countValues(scopeCount)))),
    ...(count === undefined ? [] : countingStatements(comparison, count)),
    filledBy(formValues(typed))(kept.selectCandidate[comparison]),
  ]
}

function countingStatements(
  comparison: Comparison,
  count: Count<FinderValues>,
): readonly BegunStatement[] {
  const isOfAccounts = count.accountRates !== undefined
  const insert = isOfAccounts ? kept.insertAccountHits[comparison] : kept.insertHits
  return [
    ...[kept.purge, insert].map(filledBy(countValues(count))),
    filledBy(refusalValues(count))(kept.tallyRefused),
  ]
}

function filledBy(values: Readonly<Record<string, unknown>>) {
  return ({ sql, names }: KeptStatement): BegunStatement => ({
    sql,
    args: names.map((name) => values[name]),
    ownNames: names.flatMap((name, at) => (name === 'requestId' ? [at] : [])),
  })
}
