/**
 * What a rate limit counts: keys, rates, and the account that a count is for. Types alone; the SQL is in
 * `hits.sql.ts`.
 */
import type { SQL } from 'drizzle-orm'
import type { KnownDevice } from './known-device.ts'

/** At most so many hits of one key within a sliding window. */
export type KeyedRate = {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
}

/**
 * An account that only the database knows, as a subquery of one `id`. The text is a constant with placeholders, so
 * that statements which hold it are built once per isolate; `values` fills them.
 */
export type AccountFinder = {
  readonly id: SQL
} & FinderValues

/** The values of an `AccountFinder`: all of it that the count of a request needs before there is a statement. */
export type FinderValues = { readonly values: Readonly<Record<string, unknown>> }

/** Rates of accounts that the database itself finds, so that each has one counter for all its identifiers. */
export type AccountRates<Finder = AccountFinder> = {
  readonly accounts: Finder
  /** Keys are completed by the account, or by `unknownKey` where there is none. */
  readonly rates: readonly KeyedRate[]
  /** Absent: where there is no account, nothing is counted. */
  readonly unknownKey?: string
  /** The caller's device: where the account knows it, its counter is its own. */
  readonly device?: KnownDevice | undefined
}

/**
 * What a count answers besides, as it was before the statements behind it: an expression of JSON. Its text is a
 * constant as that of `AccountFinder`.
 */
export type Sight = {
  readonly json: SQL
  readonly values: Readonly<Record<string, unknown>>
}

/** A request about to be counted: in all of its rates or, unless `isCountedApart`, in none where one is used up. */
export type Count<Finder = AccountFinder> = {
  readonly requestId: string
  /** Names the tally of refusals. */
  readonly action: string
  readonly rates: readonly KeyedRate[]
  readonly accountRates?: AccountRates<Finder>
  readonly now: Date
  readonly sight?: Sight
  /** Where one of the rates is used up, the request is refused and counts in the others (DRF: `check_throttles`). */
  readonly isCountedApart?: boolean
  /** Expired hits go after the answer, with what else is written then, or are left to other requests. */
  readonly isPurgedLater?: boolean
  /** Whoever counts defers `tallyThrottled` where the request is refused; absent: the batch itself does it. */
  readonly isTalliedLater?: boolean
}

/** A counted hit, so that it can be taken back. */
export type Hit = { readonly rowid: number; readonly key: string }
