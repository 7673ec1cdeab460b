/** A value of a source row: every kind of source is read as text, NULL apart. */
export type SourceValue = string | null

/** A row of a source table by column. */
export type SourceRow = Readonly<Record<string, SourceValue>>

/** Reads a whole number of SQLite's and JavaScript's common range; `undefined` when it is none. */
export function readInteger(text: SourceValue): number | undefined {
  if (text === null || !/^-?\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  '1': true,
  '0': false,
  t: true,
  f: false,
  true: true,
  false: false,
}

/** Reads a boolean as SQLite, MySQL, PostgreSQL, JSON and Python write it. */
export function readBoolean(text: SourceValue): boolean | undefined {
  return text === null ? undefined : BOOLEANS[text.toLowerCase()]
}

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/

const YEARS_A_CYCLE = 400
const MS_A_CYCLE = 146_097 * 86_400_000

/**
 * Reads a point in time as milliseconds since 1970; `undefined` when it is none. Without an offset it
 * is UTC, as Django stores it. Parts of a millisecond are cut, never rounded up: Django's reset tokens
 * hold the second.
 */
export function readTime(text: SourceValue): number | undefined {
  const match = TIME.exec(text ?? '')
  if (match === null) return undefined
  const [, year, month, day, hours, minutes, seconds = '0', fraction = '', zone = 'Z'] = match
  // A cycle of the calendar later: JavaScript takes years below 100 for those of the last century.
  const laterMs = Date.UTC(
    Number(year) + YEARS_A_CYCLE,
    Number(month) - 1,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  )
  const date = new Date(laterMs - MS_A_CYCLE)
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hours)
  if (!isReal) return undefined
  return zone === 'Z' ? date.getTime() : date.getTime() - offsetMinutes(zone) * 60_000
}

function offsetMinutes(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  if (hours === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/** Whether a database takes the text: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
