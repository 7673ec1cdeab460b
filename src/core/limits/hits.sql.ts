/**
 * SQL of rate limits: a row for each hit, counted in a sliding window by an index. Inserting decides: of many
 * concurrent requests no more than the rate get through.
 */
import { sql, type SQL } from 'drizzle-orm'
import { compiled, memoize } from '../../db/compiled.ts'
import type { Database } from '../../db/open.ts'
import { eventCounts, throttleHits } from '../../db/schema/limits.ts'
import { users } from '../../db/schema/users.ts'
import type { Count, Hit } from './count.ts'
import { asRows, COUNT_VALUES, countValues, hourOf, refusalValues } from './count-values.ts'

// What statements that count have in common. Each value is bound once.

function givenBy(nowMs: unknown, requestId: unknown): SQL {
  return sql`req(now, rid) as (select ${nowMs}, ${requestId})`
}

const GIVEN = givenBy(sql.placeholder('nowMs'), sql.placeholder('requestId'))

/** Whether any of the rates is reached, as SQL over the hits within its window. */
const IS_USED_UP = sql`(select count(*) from ${throttleHits}
  where key = rate and hit_at > now - span) >= most`

function fixedRates(rates: unknown): SQL {
  return sql`select value ->> 0, value ->> 1, value ->> 2 from json_each(${rates})`
}

const FIXED_RATES = fixedRates(sql.placeholder('rates'))

/** What a counting statement is made of: it has a few forms, each built once. */
type CountForm = {
  readonly sight: SQL | undefined
  readonly accounts: SQL | undefined
  readonly hasDevice: boolean
}

/** The statements of one kind, by their forms. */
function perForm<Made>(make: (form: CountForm) => Made): (count: Count) => Made {
  const made = memoize((sight: SQL | undefined) =>
    memoize((accounts: SQL | undefined) =>
      memoize((hasDevice: boolean) => make({ sight, accounts, hasDevice })),
    ),
  )
  return ({ sight, accountRates }) =>
    made(sight?.json)(accountRates?.accounts.id)(accountRates?.device !== undefined)
}

/** Every rate of a count: its key, how many hits it takes, and for how long each counts. */
function ratesBy({ accounts, hasDevice }: Omit<CountForm, 'sight'>): SQL {
  if (accounts === undefined) return sql`rates(rate, most, span) as materialized (${FIXED_RATES})`
  const known = hasDevice
    ? sql` || ifnull((select ${sql.placeholder('device')} from ${users}
        where id = w.id and id || '/' || ifnull(tokens_revoked_at, 0) = ${sql.placeholder('deviceOwner')}), '')`
    : sql``
  const alias = hasDevice ? sql` as w` : sql``
  // Where there is no account and nothing stands for it, the key is null and nothing is counted.
  return sql`rates(rate, most, span) as materialized (${FIXED_RATES}
    union all select (value ->> 0) || o, value ->> 1, value ->> 2
    from json_each(${sql.placeholder('accountRates')}), (select
      coalesce(':user:' || id${known}, ':name:' || ${sql.placeholder('unknownKey')}) as o
      from (select ${accounts} as id)${alias})
    where o notnull)`
}

/** Maximum number of expired hits, of any client, that each counted request deletes: the table cleans itself. */
const PURGED_A_REQUEST = sql.raw('8')

const purgeExpired = compiled(['nowMs'], (db, { nowMs }) =>
  db.run(
    sql`delete from ${throttleHits} where rowid in (select rowid from ${throttleHits}
      where expires_at <= ${nowMs} limit ${PURGED_A_REQUEST})`,
  ),
)

/** Deletes some of what has expired. */
export function purge(db: Database, now: Date) {
  return purgeExpired(db, { nowMs: now.getTime() })
}

/**
 * Key of the row that represents a rejected request. It counts in no rate, and is purged with one of the next
 * requests: its `expires_at` holds the wait in milliseconds, which is long ago as a time.
 */
const REFUSED = sql.raw("'refused'")

/** What counting wrote: the hits of a counted request, or the one row of a refused one. */
type Written = Hit & { readonly expires_at: number; readonly sight?: string }

/** How many seconds to wait, the longest of several; `undefined` where the request was counted. */
export function waitOf(written: readonly Written[]): number | undefined {
  const refused = written.filter(({ key }) => key === 'refused')
  if (refused.length === 0) return undefined
  return Math.max(...refused.map((row) => row.expires_at)) / 1000
}

/** Whether a request has its hits. They are written together, so checking one is enough. */
export function isCounted(count: Count): SQL {
  return hasHits(count.rates.length > 0, countedValues(count))
}

/** What `isCounted` compares with: values, or their places in a statement that is built once. */
type CountedValues = Readonly<Record<(typeof COUNTED_VALUES)[number], unknown>>

/** The names of `countedValues`. */
export const COUNTED_VALUES = ['requestId', 'rateKey', 'countedMs'] as const

/** What a statement that asks `hasHits` is given. */
export function countedValues(count: Count | undefined): CountedValues {
  return {
    requestId: count?.requestId,
    rateKey: count?.rates[0]?.key,
    countedMs: count?.now.getTime(),
  }
}

/** The condition of `isCounted`, for counts that know a key, or for those whose keys the database finds. */
export function hasHits(knowsKey: boolean, { requestId, rateKey, countedMs }: CountedValues): SQL {
  if (!knowsKey) return sql`not ${isRefused(requestId)}`
  return sql`exists (select 1 from ${throttleHits} where key = ${rateKey}
    and hit_at = cast(${countedMs} as integer) and request_id = ${requestId})`
}

/** Whether the row of a rejection exists. */
function isRefused(requestId: unknown): SQL {
  return sql`exists (select 1 from ${throttleHits} where key = ${REFUSED} and request_id = ${requestId})`
}

function sightOf({ sight }: CountForm): SQL {
  return sight === undefined ? sql`` : sql`, ${sight} as sight`
}

const insertHitsBy = perForm((form) =>
  compiled(COUNT_VALUES, (db) =>
    db.all<Written>(
      sql`with ${GIVEN}, ${ratesBy(form)}, wait(ms) as materialized (
        select max(coalesce((select min(hit_at) from ${throttleHits} where key = rate and hit_at > now - span),
          now) + span - now) from rates, req where ${IS_USED_UP})
      insert into ${throttleHits} (key, request_id, hit_at, expires_at)
      select rate, rid, now, now + span from rates, req, wait where ms is null
      union all select ${REFUSED}, rid, now, ms from req, wait where ms is not null
      returning rowid, key, expires_at${sightOf(form)}`,
    ),
  ),
)

/**
 * Inserts the hits of a request or, where a rate is used up, the one row of a refusal, with the longest wait among
 * the rates that are.
 */
export function insertHits(db: Database, count: Count) {
  return insertHitsBy(count)(db, countValues(count))
}

const insertHitsOrFailBy = perForm((form) =>
  compiled(COUNT_VALUES, (db) =>
    db.run(
      sql`with ${GIVEN}, ${ratesBy(form)}
      insert into ${throttleHits} (key, request_id, hit_at, expires_at)
      select case when ${IS_USED_UP} then null else rate end, rid, now, now + span from rates, req`,
    ),
  ),
)

/** Inserts the hits of a request where `condition` holds and no rate is used up; else nothing. */
export function insertHitsQuietly(
  db: Database,
  { now, requestId, rates }: Pick<Count, 'now' | 'requestId' | 'rates'>,
  condition: SQL,
) {
  return db.run(
    sql`with ${givenBy(now.getTime(), requestId)},
      rates(rate, most, span) as materialized (${fixedRates(asRows(rates))})
      insert into ${throttleHits} (key, request_id, hit_at, expires_at)
      select rate, rid, now, now + span from rates, req
      where (${condition}) and not exists (select 1 from rates, req where ${IS_USED_UP})`,
  )
}

/**
 * Inserts the hits of a request, or fails where one of its rates is used up, and the batch with it: the
 * key of such a hit is null, which the table refuses.
 */
export function insertHitsOrFail(db: Database, count: Count) {
  return insertHitsOrFailBy(count)(db, countValues(count))
}

/** Counts a refusal in the hour's total, instead of a row for each: an attack must not fill the table. */
const tallyRefusal = compiled(['kind', 'hourMs', 'requestId'], (db, value) =>
  db.run(insertTally(value.kind, value.hourMs, isRefused(value.requestId))),
)

/** After `insertHits`: counts a rejection in its hour. */
export function tallyRefused(db: Database, count: Count) {
  return tallyRefusal(db, refusalValues(count))
}

/** The same of a request that is known to be refused, for after the answer. */
export function tallyThrottled(db: Database, { action, now }: Pick<Count, 'action' | 'now'>) {
  return tally(db, { kind: `throttled_${action}`, now })
}

const tallyAlways = compiled(['kind', 'hourMs'], (db, { kind, hourMs }) =>
  db.run(insertTally(kind, hourMs, sql`1`)),
)

/** Counts that something happened in this hour, where `condition` holds. */
export function tally(
  db: Database,
  { kind, now }: { readonly kind: string; readonly now: Date },
  condition?: SQL,
) {
  const hourMs = hourOf(now)
  if (condition === undefined) return tallyAlways(db, { kind, hourMs })
  return db.run(insertTally(kind, hourMs, condition))
}

function insertTally(kind: unknown, hourMs: unknown, condition: SQL): SQL {
  return sql`insert into ${eventCounts} (kind, hour_at, count) select ${kind}, ${hourMs}, 1
    where ${condition} on conflict (kind, hour_at) do update set count = count + 1`
}
