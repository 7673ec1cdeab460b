import { describe, expect, test } from 'vitest'
import { JsonNumber, JsonSyntaxError, parseJson, type JsonValue } from '../../src/web/json.ts'
import vectors from '../vectors/json-documents.json' with { type: 'json' }

/** The form of `test/vectors/json-documents.py`: int, float and their digits kept apart. */
function tag(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return { [value.isInteger ? 'int' : 'float']: value.text }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(tag)
  return { dict: Object.entries(value).map(([key, item]) => [key, tag(item)]) }
}

function outcome(text: string): unknown {
  try {
    return { text, value: tag(parseJson(text)) }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { text, error: error.message }
  }
}

test('reads and refuses what Python does, in its words', () => {
  expect(vectors.map(({ text }) => outcome(text))).toEqual(vectors)
})

test('no key means anything special', () => {
  const parsed = parseJson('{"__proto__": {"admin": true}, "constructor": 1, "toString": null}')
  expect(Object.keys(Object(parsed))).toEqual(['__proto__', 'constructor', 'toString'])
  expect(Object.getPrototypeOf(parsed)).toBeNull()
})

test('of a repeated key the last one counts', () => {
  expect(tag(parseJson('{"a": 1, "b": 2, "a": 3}'))).toEqual({
    dict: [
      ['a', { int: '3' }],
      ['b', { int: '2' }],
    ],
  })
})

describe('what is too much', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test('nesting', () => {
    expect(() => parseJson(nested(901))).not.toThrow()
    expect(() => parseJson(nested(902))).toThrow(
      new JsonSyntaxError('maximum nesting depth exceeded'),
    )
    expect(() => parseJson('['.repeat(1_000_000))).toThrow(JsonSyntaxError)
    expect(() => parseJson('{"a":'.repeat(100_000))).toThrow(JsonSyntaxError)
  })

  test('digits', () => {
    expect(() => parseJson('1'.repeat(4301))).toThrow(
      'Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits',
    )
  })
})

test('long documents take time in proportion', () => {
  const text = `[${'"aaaaaaaaaa",'.repeat(50_000)}1]`
  const begin = performance.now()
  parseJson(text)
  expect(performance.now() - begin).toBeLessThan(2_000)
})
