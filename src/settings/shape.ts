/**
 * How raw values are read. What a setting may be is data where that is simple, its shape, so that a bundle has it as data:
 * a start then compiles one parser for each kind, and none for each setting.
 */
import {
  fromJson,
  isNothing,
  parseBoolean,
  parseInteger,
  parseString,
  parseStringList,
  parseWord,
} from './raw-value.ts'
import {
  parseAudience,
  parseEnumeration,
  parseFrontendUrls,
  parseLoginMethods,
  parsePrefix,
  parseRateLimits,
  parseSignupFields,
  parseThrottleRates,
  parseTokenModel,
  unescapePem,
} from './usual-values.ts'

/** What a setting may be: its kind, and what bounds it. */
export type Shape = {
  readonly kind: Kind
  /** Of numbers. */
  readonly min?: number
  readonly max?: number
  /** Of which a value is one, or has some. */
  readonly words?: readonly string[]
}

/** What there are parsers for. */
export type Kind = keyof typeof PARSERS

/** What values of a kind are read as. */
export type ValueOf<Named extends Kind> = ReturnType<(typeof PARSERS)[Named]>

/** Reads a raw value, perhaps over the one that is there without it; throws an `Error` whose message completes "NAME …". */
export function parseShape(shape: Shape, raw: unknown, absent: unknown): unknown {
  return PARSERS[shape.kind](raw, shape, absent)
}

/** What of a shape a parser looks at. */
type Bounds = Omit<Shape, 'kind'>

const integer = (raw: unknown, { min, max }: Bounds) => parseInteger(raw, min, max)
const word = (raw: unknown, { words = [] }: Bounds) => parseWord(words, raw)
const trimmed = (raw: unknown) => parseString(raw).trim()
const pem = (raw: unknown) => unescapePem(parseString(raw))

/** What stands for nothing is `undefined`. */
function optional<Value>(parse: (raw: unknown, bounds: Bounds) => Value) {
  return (raw: unknown, bounds: Bounds) => (isNothing(raw) ? undefined : parse(raw, bounds))
}

/** A value of its own shape, as JSON or as TOML's structure. */
function structure<Value>(parse: (value: unknown, absent: unknown) => Value) {
  return (raw: unknown, _bounds: Bounds, absent: unknown) => parse(fromJson(raw), absent)
}

const PARSERS = {
  flag: parseBoolean,
  optionalFlag: optional(parseBoolean),
  integer,
  optionalInteger: optional(integer),
  string: parseString,
  optionalString: optional(parseString),
  trimmed,
  optionalTrimmed: optional(trimmed),
  word,
  sameSite: (raw: unknown, bounds: Bounds) => {
    // "None" is a word here, not Python's nothing.
    const isLeftOut = [null, false, '', 'null', 'false', 'False'].some((none) => none === raw)
    return isLeftOut ? undefined : word(raw, bounds)
  },
  stringList: parseStringList,
  wordList: (raw: unknown, { words = [] }: Bounds) => {
    const list = parseStringList(raw)
    const unknown = list.find((one) => !words.includes(one))
    if (unknown === undefined) return list
    throw new Error(`knows ${words.join(', ')}, not ${JSON.stringify(unknown)}`)
  },
  /** "[Acme] " looks like the start of JSON and is none. */
  verbatim: (raw: unknown) => (raw === null || raw === 'null' ? undefined : String(raw)),
  pem: optional(pem),
  pemList: (raw: unknown): readonly string[] => parseStringList(raw).map(unescapePem),
  audience: structure(parseAudience),
  enumeration: structure(parseEnumeration),
  frontendUrls: structure(parseFrontendUrls),
  loginMethods: structure(parseLoginMethods),
  prefix: structure(parsePrefix),
  rateLimits: structure(parseRateLimits),
  signupFields: structure(parseSignupFields),
  throttleRates: structure(parseThrottleRates),
  tokenModel: structure(parseTokenModel),
} satisfies Record<string, (raw: unknown, bounds: Bounds, absent: unknown) => unknown>
