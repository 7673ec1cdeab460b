import { CorpusError, requireText } from './require.ts'
import { isJsonObject, member, numberOf, RawNumber, type Json, type JsonObject } from './json.ts'
import { decodeJwt } from './jwt.ts'
import { expandText, recall, type Memory } from './values.ts'

/** One place where the answer is not what was recorded; texts for the report. */
export type Mismatch = {
  readonly where: string
  readonly expected: string
  readonly actual: string
}

/** How far times may be from what was recorded, in seconds. */
export const TOLERANCE_SECONDS = 5

/**
 * Compares a value with a recorded one, in which matchers may stand; `$capture` keeps the actual
 * value in `memory`. Types are strict: 1 is not true, and not 1.0. `undefined` is an absent value.
 */
export function matchJson(
  expected: Json,
  actual: Json | undefined,
  memory: Memory,
  where = '',
): readonly Mismatch[] {
  if (actual === undefined) return [mismatch(where, expected, actual)]
  if (isJsonObject(expected) && isMatcher(expected)) {
    const mismatches = applyMatcher(expected, actual, memory, where)
    const name = expected['$capture']
    if (mismatches.length === 0 && typeof name === 'string') memory.captured.set(name, actual)
    return mismatches
  }
  if (typeof expected === 'string') {
    const text = expandText(expected, memory)
    return actual === text ? [] : [mismatch(where, text, actual)]
  }
  if (expected instanceof RawNumber) {
    const same = actual instanceof RawNumber && actual.source === expected.source
    return same ? [] : [mismatch(where, expected, actual)]
  }
  if (Array.isArray(expected)) return matchList(expected, actual, memory, where)
  if (isJsonObject(expected)) return matchObject(expected, actual, memory, where)
  return Object.is(actual, expected) ? [] : [mismatch(where, expected, actual)]
}

function matchList(
  expected: readonly Json[],
  actual: Json,
  memory: Memory,
  where: string,
): readonly Mismatch[] {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return [mismatch(where, [...expected], actual)]
  }
  return expected.flatMap((item, index) =>
    matchJson(item, actual[index], memory, `${where}[${index}]`),
  )
}

function matchObject(
  expected: JsonObject,
  actual: Json,
  memory: Memory,
  where: string,
): readonly Mismatch[] {
  if (!isJsonObject(actual)) return [mismatch(where, expected, actual)]
  const surplus = Object.keys(actual).filter((name) => !Object.hasOwn(expected, name))
  return [
    ...Object.entries(expected).flatMap(([name, value]) =>
      matchJson(value, member(actual, name), memory, `${where}.${name}`),
    ),
    ...surplus.map((name) => mismatch(`${where}.${name}`, undefined, member(actual, name))),
  ]
}

const MATCHERS = ['$match', '$type', '$any', '$ref', '$datetime', '$jwt']

function isMatcher(expected: JsonObject): boolean {
  const names = Object.keys(expected).filter((name) => name.startsWith('$'))
  if (names.length === 0) return false
  const unknown = Object.keys(expected).filter((name) => ![...MATCHERS, '$capture'].includes(name))
  if (unknown.length > 0) throw new CorpusError(`unknown matcher ${JSON.stringify(expected)}`)
  return true
}

/** The matchers of one object must all agree; `$capture` alone takes anything. */
function applyMatcher(
  matcher: JsonObject,
  actual: Json,
  memory: Memory,
  where: string,
): readonly Mismatch[] {
  return Object.entries(matcher).flatMap(([name, operand]) => {
    if (name === '$jwt' && isJsonObject(operand)) return matchJwt(operand, actual, memory, where)
    const agrees = name === '$capture' || holds(name, operand, actual, memory)
    return agrees ? [] : [mismatch(where, { [name]: operand }, actual)]
  })
}

function holds(name: string, operand: Json, actual: Json, memory: Memory): boolean {
  switch (name) {
    case '$any':
      return true
    case '$match':
      return typeof actual === 'string' && pythonPattern(requireText(operand, name)).test(actual)
    case '$type':
      return hasType(requireText(operand, name), actual)
    case '$ref':
      return matchJson(recall(requireText(operand, name), memory), actual, memory).length === 0
    case '$datetime':
      return isNear(actual, memory.now.getTime() / 1000 + (numberOf(operand) ?? Number.NaN))
    default:
      throw new CorpusError(`unknown matcher ${name}`)
  }
}

/** Python's spelling of a pattern, where it differs from ours. */
export function pythonPattern(pattern: string): RegExp {
  return new RegExp(pattern.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$').replaceAll('\\A', '^'))
}

function hasType(type: string, actual: Json): boolean {
  switch (type) {
    case 'integer':
      return actual instanceof RawNumber ? /^-?\d+$/.test(actual.source) : Number.isInteger(actual)
    case 'number':
      return numberOf(actual) !== undefined
    case 'string':
    case 'boolean':
      return typeof actual === type
    case 'null':
      return actual === null
    case 'array':
      return Array.isArray(actual)
    case 'object':
      return isJsonObject(actual)
    default:
      throw new CorpusError(`unknown type ${type}`)
  }
}

function isNear(actual: Json, seconds: number): boolean {
  if (typeof actual !== 'string') return false
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(actual)) return false
  return Math.abs(Date.parse(actual) / 1000 - seconds) <= TOLERANCE_SECONDS
}

function matchJwt(
  expected: JsonObject,
  actual: Json,
  memory: Memory,
  where: string,
): readonly Mismatch[] {
  const jwt = typeof actual === 'string' ? decodeJwt(actual) : undefined
  if (jwt === undefined) return [mismatch(where, { $jwt: expected }, actual)]
  const lifetime = numberOf(expected['lifetime'])
  const lived = (numberOf(jwt.claims['exp']) ?? Number.NaN) - (numberOf(jwt.claims['iat']) ?? 0)
  const lives = lifetime === undefined || Math.abs(lived - lifetime) <= TOLERANCE_SECONDS
  return [
    ...matchJson(expected['header'] ?? null, jwt.header, memory, `${where}<header>`),
    ...matchJson(expected['claims'] ?? null, jwt.claims, memory, `${where}<claims>`),
    ...(lives ? [] : [mismatch(`${where}<lifetime>`, lifetime, lived)]),
  ]
}

/** `undefined` is shown as absent. */
export function mismatch(
  where: string,
  expected: Json | undefined,
  actual: Json | undefined,
): Mismatch {
  return { where, expected: shown(expected), actual: shown(actual) }
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
