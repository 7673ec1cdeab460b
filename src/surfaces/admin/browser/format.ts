/** Times, numbers and names in the reader's locale. */
import { config, words } from './config.ts'

const exact = new Intl.DateTimeFormat(config.language, { dateStyle: 'medium', timeStyle: 'short' })
const day = new Intl.DateTimeFormat(config.language, { dateStyle: 'medium' })
const number = new Intl.NumberFormat(config.language)

/** Date and time; a dash for none. */
export function time(iso: unknown): string {
  return typeof iso === 'string' ? exact.format(new Date(iso)) : words.never
}

/** The day alone. */
export function date(iso: unknown): string {
  return typeof iso === 'string' ? day.format(new Date(iso)) : words.never
}

/** A number with its separators. */
export function count(value: number): string {
  return number.format(value)
}

/** The short label of a chart's axis: with the weekday where hours of several days follow each other. */
export function tick(
  at: Date,
  { times, step }: { readonly times: readonly Date[]; readonly step: 'hour' | 'day' },
): string {
  const ofDays = times.length > HOURS_OF_A_DAY * 2
  const options =
    step === 'day'
      ? { day: 'numeric', month: 'short' }
      : ofDays
        ? { weekday: 'short', hour: 'numeric' }
        : { hour: '2-digit', minute: '2-digit' }
  return new Intl.DateTimeFormat(config.language, options as Intl.DateTimeFormatOptions).format(at)
}

const HOURS_OF_A_DAY = 24

/** `login_failed` as people read it. */
export function kindName(kind: string): string {
  return kind.replaceAll('_', ' ')
}
