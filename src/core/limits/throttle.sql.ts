/** Batches with a count: run the statements if the rate allows, and say how long to wait otherwise. */
import { sql, type SQL } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import {
  resultsByName,
  statementsOf,
  type NamedResults,
  type NamedStatements,
} from '../../db/batch.ts'
import { compiled } from '../../db/compiled.ts'
import type { Database, Statement } from '../../db/open.ts'
import { throttleHits } from '../../db/schema/limits.ts'
import {
  insertHits,
  insertHitsQuietly,
  isCounted,
  purge,
  tally,
  tallyRefused,
  waitOf,
} from './hits.sql.ts'
import type { Count, Hit } from './count.ts'

/** Result of counting, and the results of the statements after it. */
export type Counted<Results> =
  | {
      readonly kind: 'counted'
      readonly results: Results
      readonly hits: readonly Hit[]
      /** What `Count.sight` found. */
      readonly sight?: string | undefined
    }
  | { readonly kind: 'throttled'; readonly waitSeconds: number }

/**
 * Counts a request and runs `statements` in the same batch, so that counting costs no round trip of its
 * own and isolates agree. A refused request does not count (DRF). Statements that write must say
 * `wasCounted` themselves; of a refused request they answer nothing to the caller.
 */
export async function batchCounted<const Statements extends readonly [Statement, ...Statement[]]>(
  db: Database,
  count: Count | undefined,
  statements: Statements,
): Promise<Counted<BatchResponse<Statements>>> {
  if (count === undefined) {
    return { kind: 'counted', results: await db.batch(statements), hits: [] }
  }
  const refusal = count.isTalliedLater === true ? [] : [tallyRefused(db, count)]
  const [written, ...others] = await batchPurging(db, count, [
    insertHits(db, count),
    ...refusal,
    ...statements,
  ])
  const waitSeconds = waitOf(written)
  if (waitSeconds !== undefined) return { kind: 'throttled', waitSeconds }
  return {
    kind: 'counted',
    // The results of `statements` in their order: what stands before them has been taken off.
    results: others.slice(refusal.length) as unknown as BatchResponse<Statements>,
    sight: written[0]?.sight,
    hits: written.map(({ rowid, key }) => ({ rowid, key })),
  }
}

/** A batch in front of which some of the hits that have expired go, unless that is done after the answer. */
async function batchPurging<const Statements extends readonly [Statement, ...Statement[]]>(
  db: Database,
  { now, isPurgedLater }: Count,
  statements: Statements,
): Promise<BatchResponse<Statements>> {
  if (isPurgedLater === true) return db.batch(statements)
  const [, ...results] = await db.batch([purge(db, now), ...statements])
  // The results of `statements` in their order: the results before them have been removed.
  return results
}

/** The same for statements by name, which answer by the same names. */
export async function batchCountedByName<const Named extends NamedStatements>(
  db: Database,
  count: Count | undefined,
  named: Named,
): Promise<Counted<NamedResults<Named>>> {
  const [first, ...rest] = statementsOf(named)
  if (first === undefined) throw new Error('A batch of nothing.')
  const counted = await batchCounted(db, count, [first, ...rest])
  if (counted.kind === 'throttled') return counted
  return { ...counted, results: resultsByName(named, counted.results) }
}

/**
 * Counts a request and reads in the same batch. Where nothing is counted it is a plain SELECT, which is
 * asked again when the database was away.
 */
export async function selectCounted<Row>(
  db: Database,
  count: Count | undefined,
  query: Statement & PromiseLike<readonly Row[]>,
): Promise<Counted<readonly Row[]>> {
  if (count === undefined) return { kind: 'counted', results: await query, hits: [] }
  const counted = await batchCounted(db, count, [query])
  // A query answers the same rows in a batch as by itself; only the types do not know.
  return counted.kind === 'throttled'
    ? counted
    : { ...counted, results: counted.results[0] as readonly Row[] }
}

/** Counts a request by itself. Answers how many seconds to wait, `undefined` when it may pass. One round trip. */
export async function countRequest(db: Database, count: Count): Promise<number | undefined> {
  const [, ...written] = await db.batch([
    purge(db, count.now),
    ...eachApart(count).map((one) => insertHits(db, one)),
    tallyRefused(db, count),
  ])
  return waitOf(written.flatMap((rows) => (Array.isArray(rows) ? rows : [])))
}

/** A count as it is, or one for each of its rates. */
function eachApart(count: Count): readonly Count[] {
  if (count.isCountedApart !== true) return [count]
  const { accountRates, ...shared } = count
  const ofAccounts =
    accountRates === undefined
      ? []
      : accountRates.rates.map((rate) => ({ ...accountRates, rates: [rate] }))
  return [
    ...count.rates.map((rate) => ({ ...shared, rates: [rate] })),
    ...ofAccounts.map((one) => ({ ...shared, rates: [], accountRates: one })),
  ]
}

/** Whether the request was counted: a condition for the statements after it in the batch. */
export function wasCounted(count: Count | undefined): SQL {
  return count === undefined ? sql`1` : isCounted(count)
}

/**
 * Counts without rejecting: the statements after it use `wasCounted`, and the answer is the same either way. Nothing
 * is counted where `condition` does not hold; what a rate stops is tallied as `throttled_…`.
 */
export function countQuietly(db: Database, count: Count, condition: SQL) {
  const stopped = sql`(${condition}) and not ${isCounted(count)}`
  return [
    insertHitsQuietly(db, count, condition),
    tally(db, { kind: `throttled_${count.action}`, now: count.now }, stopped),
  ] as const
}

/** Takes hits back that turned out to count nothing (a right password is no failed login). */
export function releaseHits(db: Database, hits: readonly Hit[]) {
  return deleteHits(db, { hits: JSON.stringify(hits) })
}

const deleteHits = compiled(['hits'], (db, { hits }) =>
  db.run(
    sql`delete from ${throttleHits} where rowid in (select hit.rowid
      from json_each(${hits}) as given cross join ${throttleHits} as hit
      where hit.rowid = given.value ->> 'rowid' and hit.key = given.value ->> 'key')`,
  ),
)
