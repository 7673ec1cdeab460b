/**
 * What a setting is: its parser, default, meaning, and default under `exact`. The documentation's table is
 * generated from these.
 */
import { jsonOfPython } from './python-value.ts'
import type { Meaning } from './meaning.ts'

/**
 * One setting: how its raw value (a Worker variable: a string, or a TOML/JSON value) is read, what it
 * is when absent, and what it means. `exact` is its default under `DJANGO_COMPATIBILITY = "exact"`.
 */
export type Setting<T> = {
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

/** A boolean: `true`, `false`, or their Python and numeric spellings. */
export function flag(defaults: Defaults<boolean>, meaning: Meaning): Setting<boolean> {
  return setting(parseBoolean, defaults, meaning)
}

/** A whole number within bounds. */
export function integer(
  bounds: { readonly min: number; readonly max?: number },
  defaults: Defaults<number>,
  meaning: Meaning,
): Setting<number> {
  return setting((raw) => parseInteger(raw, bounds.min, bounds.max), defaults, meaning)
}

/** A whole number within bounds, or nothing (`null`, `""`, `"None"`). */
export function optionalInteger(
  bounds: { readonly min: number; readonly max?: number },
  defaults: Defaults<number | undefined>,
  meaning: Meaning,
): Setting<number | undefined> {
  return setting<number | undefined>(
    (raw) => (isNothing(raw) ? undefined : parseInteger(raw, bounds.min, bounds.max)),
    defaults,
    meaning,
  )
}

/** A string, taken as it is. */
export function string(defaults: Defaults<string>, meaning: Meaning): Setting<string> {
  return setting(parseString, defaults, meaning)
}

/** A string, or nothing (`null`, `""`, `"None"`). */
export function optionalString(
  defaults: Defaults<string | undefined>,
  meaning: Meaning,
): Setting<string | undefined> {
  return setting<string | undefined>(
    (raw) => (isNothing(raw) ? undefined : parseString(raw)),
    defaults,
    meaning,
  )
}

/** A string without the blanks around it. */
export function trimmedString(defaults: Defaults<string>, meaning: Meaning): Setting<string> {
  return setting((raw) => parseString(raw).trim(), defaults, meaning)
}

/** The same, or nothing (`null`, `""`, `"None"`). */
export function optionalTrimmed(
  defaults: Defaults<string | undefined>,
  meaning: Meaning,
): Setting<string | undefined> {
  return setting<string | undefined>(
    (raw) => (isNothing(raw) ? undefined : parseString(raw).trim()),
    defaults,
    meaning,
  )
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
  return setting<boolean | undefined>(
    (raw) => (isNothing(raw) ? undefined : parseBoolean(raw)),
    defaults,
    meaning,
  )
}

/** One of a few words, compared without case. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  defaults: Defaults<Word>,
  meaning: Meaning,
): Setting<Word> {
  return setting((raw) => parseWord(words, raw), defaults, meaning)
}

/** `SameSite` of a cookie; nothing (`null`, `""`, `false`) leaves the attribute out. */
export function sameSite(
  defaults: Defaults<SameSite | undefined>,
  meaning: Meaning,
): Setting<SameSite | undefined> {
  return setting<SameSite | undefined>(
    (raw) => {
      // "None" is a word here, not Python's nothing.
      const isLeftOut = [null, false, '', 'null', 'false', 'False'].some((word) => word === raw)
      if (isLeftOut) return undefined
      return parseWord(SAME_SITE_WORDS, raw)
    },
    defaults,
    meaning,
  )
}

/** Which requests of other sites a cookie goes with (RFC 6265bis §4.1.2.7). */
export type SameSite = (typeof SAME_SITE_WORDS)[number]

const SAME_SITE_WORDS = ['Lax', 'Strict', 'None'] as const

/** A list of strings: JSON, or words separated by commas. */
export function stringList(
  defaults: Defaults<readonly string[]>,
  meaning: Meaning,
): Setting<readonly string[]> {
  return setting(parseStringList, defaults, meaning)
}

/** A value of its own shape, read from JSON (or from TOML's structure) by `parse`. */
export function structured<T>(
  parse: Setting<T>['parse'],
  defaults: Defaults<T>,
  meaning: Meaning,
): Setting<T> {
  return setting((raw, absent) => parse(fromJson(raw), absent), defaults, meaning)
}

/** Strings that look like JSON, or like Python, become their value; everything else stays. Throws on broken ones. */
export function fromJson(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  const text = raw.trim()
  // Most values are seen to be JSON without the pattern, which a start would compile.
  const isObject = text.startsWith('{') || text.startsWith('[')
  if (
    !isObject &&
    !/^(?:["']|\(\s*(?:r?["']|\)))|^(?:null|true|false|None|-?\d+(?:\.\d+)?)$|timedelta\(/.test(
      text,
    )
  )
    return raw
  // Mostly it is JSON: only what is not is translated, which costs a start more than all other reading.
  for (const spell of [(json: string) => json, jsonOfPython]) {
    try {
      return JSON.parse(spell(text))
    } catch {
      // The other spelling may fit.
    }
  }
  throw new Error('is not valid JSON')
}

function isNothing(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === '' || raw === 'None' || raw === 'null'
}

/** One of a few words. Anything else is a fault that lists them. */
function parseWord<const Word extends string>(words: readonly Word[], raw: unknown): Word {
  const found = words.find((word) => word.toLowerCase() === String(raw).toLowerCase())
  if (found === undefined) throw new Error(`must be one of ${words.join(', ')}`)
  return found
}

/** Reads a boolean. */
export function parseBoolean(raw: unknown): boolean {
  const word = String(raw).trim().toLowerCase()
  if (word === 'true' || word === '1' || word === 'on' || word === 'yes') return true
  if (word === 'false' || word === '0' || word === 'off' || word === 'no' || word === '')
    return false
  throw new Error('must be true or false')
}

/** A whole number within bounds, as a JSON number or its text. */
function parseInteger(raw: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const isNumber = typeof raw === 'string' && String(Number(raw)) === raw
  const text = isNumber ? raw : String(fromJson(raw)).trim()
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new Error('must be a whole number')
  if (value < min) throw new Error(`must be at least ${min}`)
  if (value > max) throw new Error(`must be at most ${max}`)
  return value
}

function parseString(raw: unknown): string {
  if (typeof raw === 'string') return raw
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw)
  throw new Error('must be a string')
}

/** A list as JSON or separated by commas, which is what environments usually hold. */
/** A list of strings as `stringList` reads it. Throws on what is none. */
export function parseStringList(raw: unknown): readonly string[] {
  if (isNothing(raw)) return []
  const value = fromJson(raw)
  if (typeof value === 'string') {
    return value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
  }
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
  throw new Error('must be a list of strings (JSON, or separated by commas)')
}
