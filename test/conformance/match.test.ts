import { describe, expect, test } from 'vitest'
import type { Json } from './json.ts'
import { parseJson, RawNumber } from './json.ts'
import { mintJwt } from './jwt.ts'
import { matchJson } from './match.ts'
import type { Memory } from './values.ts'

const NOW = new Date('2027-03-04T05:06:07.250Z')
const NOW_SECONDS = 1804136767

function memory(captured: Readonly<Record<string, Json>> = {}): Memory {
  return { captured: new Map(Object.entries(captured)), now: NOW }
}

function accepts(expected: Json, actual: Json | undefined, known = memory()): boolean {
  return matchJson(expected, actual, known).length === 0
}

describe('plain values', () => {
  test('are equal by value, whatever the order of keys', () => {
    expect(accepts({ a: 1, b: [null, 'x'] }, { b: [null, 'x'], a: 1 })).toBe(true)
  })

  test.each<[Json, Json | undefined]>([
    [1, true],
    [1, '1'],
    [0, false],
    [0, null],
    [false, null],
    ['', null],
    [1, 2],
    ['a', 'A'],
    ['a', 'a '],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 1]],
    [[], {}],
    [{}, []],
    [{ a: 1 }, {}],
    [{}, { a: 1 }],
    [{ a: null }, {}],
    [{ a: 1 }, [1]],
    [null, undefined],
    [1, new RawNumber('1.0')],
    [new RawNumber('1.0'), 1],
    [new RawNumber('1234567890123456789'), new RawNumber('1234567890123456788')],
  ])('%j is not %j', (expected, actual) => {
    expect(accepts(expected, actual)).toBe(false)
  })

  test('name the place that differs', () => {
    expect(
      matchJson({ user: { roles: ['a', 'b'] } }, { user: { roles: ['a', 'c'] } }, memory()),
    ).toEqual([{ where: '.user.roles[1]', expected: '"b"', actual: '"c"' }])
  })

  test('a member of the prototype is not a member', () => {
    expect(accepts({ constructor: { $any: true } }, {})).toBe(false)
  })

  test('texts have captured values filled in', () => {
    expect(accepts('/u/{{id}}/', '/u/7/', memory({ id: 7 }))).toBe(true)
    expect(accepts('/u/{{id}}/', '/u/8/', memory({ id: 7 }))).toBe(false)
  })

  test('a text that names nothing captured is a fault of the recording', () => {
    expect(() => accepts('{{id}}', 'x')).toThrow('nothing was captured as id')
  })
})

describe('$match', () => {
  test('finds a pattern anywhere in a text', () => {
    expect(accepts({ $match: 'b+' }, 'abbc')).toBe(true)
    expect(accepts({ $match: '^b' }, 'abbc')).toBe(false)
  })

  test('takes no number for a text', () => {
    expect(accepts({ $match: '\\d' }, 1)).toBe(false)
  })

  test('understands how Python spells a group and the ends', () => {
    expect(accepts({ $match: '\\A(?P<year>\\d{4})\\Z' }, '2027')).toBe(true)
    expect(accepts({ $match: '\\A(?P<year>\\d{4})\\Z' }, '20270')).toBe(false)
  })
})

describe('$type', () => {
  test.each<[string, Json, Json]>([
    ['integer', 1, new RawNumber('1.0')],
    ['integer', new RawNumber('12345678901234567890'), '1'],
    ['integer', 0, 1.5],
    ['integer', -3, true],
    ['number', 1.5, '1.5'],
    ['string', 'a', 1],
    ['boolean', false, 0],
    ['null', null, false],
    ['array', [], {}],
    ['object', {}, []],
  ])('%s is the type of %j, not of %j', (type, right, wrong) => {
    expect(accepts({ $type: type }, right)).toBe(true)
    expect(accepts({ $type: type }, wrong)).toBe(false)
  })

  test('an unknown type is a fault of the recording', () => {
    expect(() => accepts({ $type: 'uuid' }, 'x')).toThrow('unknown type uuid')
  })
})

test('$any takes everything but absence', () => {
  expect(accepts({ $any: true }, null)).toBe(true)
  expect(accepts({ a: { $any: true } }, {})).toBe(false)
})

test('$ref takes the captured value in its type', () => {
  const known = memory({ id: 7, user: { name: 'ada' } })
  expect(accepts({ $ref: 'id' }, 7, known)).toBe(true)
  expect(accepts({ $ref: 'id' }, '7', known)).toBe(false)
  expect(accepts({ $ref: 'user' }, { name: 'ada' }, known)).toBe(true)
  expect(() => accepts({ $ref: 'other' }, 7, known)).toThrow('nothing was captured as other')
})

describe('$datetime', () => {
  test.each([
    ['2027-03-04T05:11:07.250Z', true],
    ['2027-03-04T05:11:07.250123Z', true],
    ['2027-03-04T05:11:12Z', true],
    ['2027-03-04T05:11:13Z', false],
    ['2027-03-04T05:11:01Z', false],
    ['2027-03-04T05:11:07.250+00:00', false],
    ['2027-03-04 05:11:07Z', false],
    [1804137067, false],
  ])('300 seconds from now, within five: %j is %j', (actual, verdict) => {
    expect(accepts({ $datetime: 300 }, actual)).toBe(verdict)
  })
})

describe('$jwt', () => {
  const header = { alg: 'HS256', typ: 'JWT' }
  const claims = { token_type: 'access', iat: NOW_SECONDS, exp: NOW_SECONDS + 300, user_id: '1' }
  const expected: Json = {
    $jwt: {
      header,
      claims: {
        token_type: 'access',
        iat: { $type: 'integer' },
        exp: { $type: 'integer' },
        user_id: '1',
      },
      lifetime: 300,
    },
  }
  const minted = (changes: Readonly<Record<string, Json>>): string =>
    mintJwt(header, { ...claims, ...changes }, 'key')

  test('takes a token with these claims and this lifetime', () => {
    expect(accepts(expected, minted({}))).toBe(true)
    expect(accepts(expected, minted({ exp: NOW_SECONDS + 304 }))).toBe(true)
  })

  test.each<[string, Json]>([
    ['another claim', minted({ admin: true })],
    ['another value', minted({ user_id: 1 })],
    ['another lifetime', minted({ exp: NOW_SECONDS + 306 })],
    ['another header', mintJwt({ ...header, kid: '1' }, claims, 'key')],
    ['a claim too few', mintJwt(header, { iat: 1, exp: 301 }, 'key')],
    ['no token', 'a.b.c'],
    ['two parts', minted({}).split('.').slice(0, 2).join('.')],
    ['a number', 1],
  ])('refuses %s', (_name, actual) => {
    expect(accepts(expected, actual)).toBe(false)
  })
})

describe('$capture', () => {
  test('keeps the actual value where it matches', () => {
    const known = memory()
    expect(accepts({ key: { $match: '^a', $capture: 'key' } }, { key: 'abc' }, known)).toBe(true)
    expect(known.captured.get('key')).toBe('abc')
  })

  test('keeps nothing where it does not', () => {
    const known = memory()
    expect(accepts({ $match: '^b', $capture: 'key' }, 'abc', known)).toBe(false)
    expect(known.captured.has('key')).toBe(false)
  })

  test('keeps a value in its type', () => {
    const known = memory()
    accepts({ $type: 'integer', $capture: 'id' }, parseJson('1234567890123456789'), known)
    expect(accepts('{{id}}', '1234567890123456789', known)).toBe(true)
  })
})

test('an unknown matcher is a fault of the recording', () => {
  expect(() => accepts({ $near: 1 }, 1)).toThrow('unknown matcher {"$near":1}')
  expect(() => accepts({ $match: 'a', other: 1 }, 'a')).toThrow('unknown matcher')
})
