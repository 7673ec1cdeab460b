/**
 * What a setting is: its parser, default, meaning, and default under `exact`. The documentation's table is
 * generated from these.
 */
import type { Meaning } from './meaning.ts'
import { fromJson } from './raw-value.ts'
import { parseShape, type Kind, type Shape, type ValueOf } from './shape.ts'

/**
 * One setting: how its raw value (a Worker variable: a string, or a TOML/JSON value) is read, what it
 * is when absent, and what it means. `exact` is its default under `DJANGO_COMPATIBILITY = "exact"`.
 */
export type Setting<T> = {
  /** What it may be, where that is data. */
  readonly shape?: Shape
  /** Reads a raw value, perhaps over the one that is there without it; throws an `Error` whose message completes "NAME …". */
  readonly parse: (raw: unknown, absent?: unknown) => T
  readonly default: T
  readonly exact: T
  /** One line for the README's table. */
  readonly meaning: Meaning
}

/** The values of a table of settings. */
export type SettingValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never
}

/** A default, and another one under `DJANGO_COMPATIBILITY = exact` where that differs. */
type Defaults<T> = T | { readonly safe: T; readonly exact: T }

function setting<T>(
  parse: Setting<T>['parse'],
  defaults: Defaults<T>,
  meaning: Meaning,
): Setting<T> {
  if (typeof defaults === 'object' && defaults !== null && 'safe' in defaults) {
    return { parse, default: defaults.safe, exact: defaults.exact, meaning }
  }
  return { parse, default: defaults, exact: defaults, meaning }
}

/** A setting that its shape says all about. */
function shaped<T>(shape: Shape, defaults: Defaults<T>, meaning: Meaning): Setting<T> {
  // A kind's parser answers what the maker of the setting says it does.
  const parse = (raw: unknown, absent?: unknown) => parseShape(shape, raw, absent) as T
  return { shape, ...setting(parse, defaults, meaning) }
}

/** A structure that many deployments give, so that its kind has a parser that every start has. */
export function usual<Named extends Kind>(
  kind: Named,
  defaults: Defaults<ValueOf<Named>>,
  meaning: Meaning,
): Setting<ValueOf<Named>> {
  return shaped<ValueOf<Named>>({ kind }, defaults, meaning)
}

/** A boolean: `true`, `false`, or their Python and numeric spellings. */
export function flag(defaults: Defaults<boolean>, meaning: Meaning): Setting<boolean> {
  return shaped({ kind: 'flag' }, defaults, meaning)
}

/** A whole number within bounds. */
export function integer(
  bounds: { readonly min: number; readonly max?: number },
  defaults: Defaults<number>,
  meaning: Meaning,
): Setting<number> {
  return shaped({ kind: 'integer', ...bounds }, defaults, meaning)
}

/** A whole number within bounds, or nothing (`null`, `""`, `"None"`). */
export function optionalInteger(
  bounds: { readonly min: number; readonly max?: number },
  defaults: Defaults<number | undefined>,
  meaning: Meaning,
): Setting<number | undefined> {
  return shaped({ kind: 'optionalInteger', ...bounds }, defaults, meaning)
}

/** A string, taken as it is. */
export function string(defaults: Defaults<string>, meaning: Meaning): Setting<string> {
  return shaped({ kind: 'string' }, defaults, meaning)
}

/** A string, or nothing (`null`, `""`, `"None"`). */
export function optionalString(
  defaults: Defaults<string | undefined>,
  meaning: Meaning,
): Setting<string | undefined> {
  return shaped({ kind: 'optionalString' }, defaults, meaning)
}

/** A string without the blanks around it. */
export function trimmedString(defaults: Defaults<string>, meaning: Meaning): Setting<string> {
  return shaped({ kind: 'trimmed' }, defaults, meaning)
}

/** The same, or nothing (`null`, `""`, `"None"`). */
export function optionalTrimmed(
  defaults: Defaults<string | undefined>,
  meaning: Meaning,
): Setting<string | undefined> {
  return shaped({ kind: 'optionalTrimmed' }, defaults, meaning)
}

/** Longest time that is counted in seconds or days, 100 years: dates have an end (ECMA-262 §21.4.1.1). */
const MAX_SECONDS = 3_155_760_000

/** A time in whole seconds. */
export function seconds(
  bounds: { readonly min: number; readonly max?: number },
  defaults: Defaults<number>,
  meaning: Meaning,
): Setting<number> {
  return integer({ max: MAX_SECONDS, ...bounds }, defaults, meaning)
}

/** A time in whole days. */
export function days(
  bounds: { readonly min: number },
  defaults: Defaults<number>,
  meaning: Meaning,
): Setting<number> {
  return integer({ ...bounds, max: MAX_SECONDS / 86_400 }, defaults, meaning)
}

/** A boolean, or nothing: then another setting decides. */
export function optionalFlag(
  defaults: Defaults<boolean | undefined>,
  meaning: Meaning,
): Setting<boolean | undefined> {
  return shaped({ kind: 'optionalFlag' }, defaults, meaning)
}

/** One of a few words, compared without case. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  defaults: Defaults<Word>,
  meaning: Meaning,
): Setting<Word> {
  return shaped({ kind: 'word', words }, defaults, meaning)
}

/** `SameSite` of a cookie; nothing (`null`, `""`, `false`) leaves the attribute out. */
export function sameSite(
  defaults: Defaults<SameSite | undefined>,
  meaning: Meaning,
): Setting<SameSite | undefined> {
  return shaped({ kind: 'sameSite', words: SAME_SITE_WORDS }, defaults, meaning)
}

/** Which requests of other sites a cookie goes with (RFC 6265bis §4.1.2.7). */
export type SameSite = (typeof SAME_SITE_WORDS)[number]

const SAME_SITE_WORDS = ['Lax', 'Strict', 'None'] as const

/** A list of strings: JSON, or words separated by commas. */
export function stringList(
  defaults: Defaults<readonly string[]>,
  meaning: Meaning,
): Setting<readonly string[]> {
  return shaped({ kind: 'stringList' }, defaults, meaning)
}

/** A list of some of a few words. */
export function wordList(
  words: readonly string[],
  defaults: Defaults<readonly string[]>,
  meaning: Meaning,
): Setting<readonly string[]> {
  return shaped({ kind: 'wordList', words }, defaults, meaning)
}

/** A value of its own shape, read from JSON (or from TOML's structure) by `parse`. */
export function structured<T>(
  parse: Setting<T>['parse'],
  defaults: Defaults<T>,
  meaning: Meaning,
): Setting<T> {
  return setting((raw, absent) => parse(fromJson(raw), absent), defaults, meaning)
}
