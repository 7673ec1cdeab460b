/** What statements that count are given. Knows no SQL. */
import type { Count, FinderValues, KeyedRate } from './count.ts'

/** The values that a statement that counts is given. */
export const COUNT_VALUES = [
  'nowMs',
  'requestId',
  'rates',
  'accountRates',
  'device',
  'deviceOwner',
  'unknownKey',
] as const

/** Those of a count. */
export function countValues({ now, requestId, rates, accountRates, sight }: Count<FinderValues>) {
  const device = accountRates?.device
  return {
    nowMs: now.getTime(),
    requestId,
    rates: asRows(rates),
    accountRates: accountRates && asRows(accountRates.rates),
    // The suffix of the device's own counter, and whom it is for as long as that one's tokens are of the version.
    device: device && `:d:${device.deviceId}`,
    deviceOwner: device && `${device.userId}/${device.version}`,
    unknownKey: accountRates?.unknownKey ?? null,
    ...accountRates?.accounts.values,
    ...sight?.values,
  }
}

/** Rates as the rows that such a statement reads. */
export function asRows(rates: readonly KeyedRate[]): string {
  return JSON.stringify(rates.map(({ key, limit, windowMs }) => [key, limit, windowMs]))
}

/** What the statement that tallies a refusal is given. */
export function refusalValues({ action, requestId, now }: Count<FinderValues>) {
  return { kind: `throttled_${action}`, hourMs: hourOf(now), requestId }
}

const HOUR_MS = 3_600_000

/** The hour in which totals are kept. */
export function hourOf(now: Date): number {
  return Math.floor(now.getTime() / HOUR_MS) * HOUR_MS
}
