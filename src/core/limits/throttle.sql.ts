import { sql, type SQL } from 'drizzle-orm'
import type { BatchResponse } from 'drizzle-orm/batch'
import {
  resultsByName,
  statementsOf,
  type NamedResults,
  type NamedStatements,
} from '../../db/batch.ts'
import type { Database, Statement } from '../../db/open.ts'
import { eventCounts, throttleHits } from '../../db/schema.ts'

/** At most so many hits of one key within a sliding window. */
export type KeyedRate = {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
}

/** Rates of accounts that the database itself finds, so that each has one counter whatever was typed. */
export type AccountRates = {
  /** A subquery of one `id`. */
  readonly accounts: SQL
  /** Keys are completed by the account, or by `unknownKey` where there is none. */
  readonly rates: readonly KeyedRate[]
  /** Absent: where there is no account, nothing is counted. */
  readonly unknownKey?: string
  /** The account that knows the caller's device: its own counter is not the strangers'. */
  readonly knownUserId?: number | undefined
}

/** A request about to be counted: in all of its rates or, where one is used up, in none. */
export type Count = {
  readonly requestId: string
  /** Names the tally of refusals. */
  readonly action: string
  readonly rates: readonly KeyedRate[]
  readonly accountRates?: AccountRates
  readonly now: Date
}

/** What counting came to, and what the statements behind it answered. */
export type Counted<Results> =
  | { readonly kind: 'counted'; readonly results: Results; readonly hits: readonly Hit[] }
  | { readonly kind: 'throttled'; readonly waitSeconds: number }

/** A counted hit, so that it can be taken back. */
export type Hit = { readonly rowid: number; readonly key: string }

/** So many expired hits of anybody go with every counted request: the table cleans itself. */
const PURGED_A_REQUEST = 8

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
  const [, verdict, hits, , ...results] = await db.batch([
    purge(db, count.now),
    selectWait(db, count),
    insertHits(db, count),
    tallyThrottled(db, count),
    ...statements,
  ])
  const waitMs = verdict[0]?.waitMs ?? null
  if (waitMs !== null) return { kind: 'throttled', waitSeconds: waitMs / 1000 }
  return {
    kind: 'counted',
    // The results of `statements` in their order: what stands before them has been taken off.
    results: results as unknown as BatchResponse<Statements>,
    hits,
  }
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
  const [, verdict] = await db.batch([
    purge(db, count.now),
    selectWait(db, count),
    insertHits(db, count),
    tallyThrottled(db, count),
  ])
  const waitMs = verdict[0]?.waitMs ?? null
  return waitMs === null ? undefined : waitMs / 1000
}

/** Whether the request was counted: a condition for the statements behind it in the batch. */
export function wasCounted(count: Count | undefined): SQL {
  if (count === undefined) return sql`1`
  const hits = throttleHits
  return sql`exists (select 1 from ${hits} where ${hits.requestId} = ${count.requestId}
    and ${hits.hitAt} = cast(${count.now.getTime()} as integer)
    and ${hits.key} in (select key from (${ratesOf(count)})))`
}

/** Takes hits back that turned out to count nothing (a right password is no failed login). */
export function releaseHits(db: Database, hits: readonly Hit[]) {
  return db.run(
    sql`delete from ${throttleHits} where rowid in (select json_extract(value, '$.rowid')
      from json_each(${JSON.stringify(hits)}) where json_extract(value, '$.key') = ${throttleHits.key})`,
  )
}

/** Deletes some of what has expired. */
export function purge(db: Database, now: Date) {
  return db.run(
    sql`delete from ${throttleHits} where rowid in (select rowid from ${throttleHits}
      where ${throttleHits.expiresAt} <= cast(${now.getTime()} as integer) limit ${PURGED_A_REQUEST})`,
  )
}

/** The longest wait among the rates that are used up; null when none is. */
function selectWait(db: Database, count: Count) {
  const nowMs = count.now.getTime()
  return db.all<{ readonly waitMs: number | null }>(
    sql`select max(coalesce((select min(hit_at) from ${throttleHits}
        where key = rate.key and hit_at > ${nowMs} - rate.window_ms), ${nowMs})
        + rate.window_ms - ${nowMs}) as "waitMs"
      from (${ratesOf(count)}) as rate where ${isUsedUp(nowMs)}`,
  )
}

/**
 * Counts without refusing: the statements behind it ask `wasCounted`, and the answer is the same either way. Nothing
 * is counted where `condition` does not hold; what a rate stops is tallied as `throttled_…`.
 */
export function countQuietly(db: Database, count: Count, condition: SQL) {
  const stopped = sql`(${condition}) and not ${wasCounted(count)}`
  return [
    insertHits(db, count, condition),
    tally(db, `throttled_${count.action}`, count.now, stopped),
  ] as const
}

function insertHits(db: Database, count: Count, condition: SQL = sql`1`) {
  const nowMs = count.now.getTime()
  return db.all<Hit>(
    sql`with rates as materialized (${ratesOf(count)})
      insert into ${throttleHits} (key, request_id, hit_at, expires_at)
      select rate.key, ${count.requestId}, cast(${nowMs} as integer), cast(${nowMs} + rate.window_ms as integer)
      from rates as rate where ${condition} and not exists (select 1 from rates as rate where ${isUsedUp(nowMs)})
      returning rowid, key`,
  )
}

/**
 * Inserts the hits of a request, or fails where one of its rates is used up, and the batch with it: the
 * key of such a hit is null, which the table refuses.
 */
export function insertHitsOrFail(db: Database, count: Count) {
  const nowMs = count.now.getTime()
  return db.run(
    sql`insert into ${throttleHits} (key, request_id, hit_at, expires_at)
      select case when ${isUsedUp(nowMs)} then null else rate.key end, ${count.requestId},
        cast(${nowMs} as integer), cast(${nowMs} + rate.window_ms as integer)
      from (${ratesOf(count)}) as rate`,
  )
}

function isUsedUp(nowMs: number): SQL {
  return sql`(select count(*) from ${throttleHits}
    where key = rate.key and hit_at > ${nowMs} - rate.window_ms) >= rate.max_hits`
}

/** Counts the refusal: the request has no hit among the newest rows, where those that it wrote would be. */
function tallyThrottled(db: Database, count: Count) {
  const rates = count.rates.length + (count.accountRates?.rates.length ?? 0)
  const isRefused = sql`not exists (select 1 from ${throttleHits}
    where rowid > (select max(rowid) from ${throttleHits}) - ${rates}
      and request_id = ${count.requestId})`
  return tally(db, `throttled_${count.action}`, count.now, isRefused)
}

const HOUR_MS = 3_600_000

/** Counts that something happened in this hour, where `condition` holds. */
export function tally(db: Database, kind: string, now: Date, condition: SQL = sql`1`) {
  const hourMs = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS
  return db.run(
    sql`insert into ${eventCounts} (kind, hour_at, count)
      select ${kind}, cast(${hourMs} as integer), 1 where ${condition}
      on conflict (kind, hour_at) do update set count = count + 1`,
  )
}

/** Every rate of a count: key, max_hits, window_ms. */
function ratesOf(count: Count): SQL {
  const fixed = sql`select ${field('key')} as key, ${field('limit')} as max_hits,
    ${field('windowMs')} as window_ms from json_each(${JSON.stringify(count.rates)}) as given`
  const { accountRates } = count
  if (accountRates === undefined) return fixed
  const { accounts, unknownKey, knownUserId } = accountRates
  const given = JSON.stringify(accountRates.rates)
  const known = sql`case when account.id = ${knownUserId ?? 0} then ':known' else '' end`
  // Where there is no account and nothing stands for it, the key is null and nothing is counted.
  const unknown = unknownKey === undefined ? sql`null` : sql`':name:' || ${unknownKey}`
  return sql`${fixed}
    union all select ${field('key')} || counted.who, ${field('limit')}, ${field('windowMs')}
    from json_each(${given}) as given,
      (select coalesce(':user:' || account.id || ${known}, ${unknown}) as who
        from (select ${accounts} as id) as account) as counted
    where counted.who is not null`
}

function field(name: 'key' | 'limit' | 'windowMs'): SQL {
  return sql.raw(`json_extract(given.value, '$.${name}')`)
}
