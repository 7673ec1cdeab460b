import { expect, test } from 'vitest'
import { ApiError } from '../../src/web/errors.ts'
import { readParts } from '../../src/web/multipart.ts'
import { inEnglish } from '../support/english.ts'

/** What Django's `MultiPartParser` makes of bodies that are not as browsers write them; each was tried with Django. */

const TYPE = 'multipart/form-data; boundary=b'
const partsOf = (text: string, type = TYPE) => readParts(new TextEncoder().encode(text), type)

/** What the refusal of a body says. */
function refusalOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return inEnglish(error.body)
  }
}

const part = (disposition: string, value: string, more = '') =>
  `--b\r\nContent-Disposition: ${disposition}\r\n${more}\r\n${value}\r\n`
const ALICE = part('form-data; name="username"', 'alice')
const SECRET = part('form-data; name="password"', 'x')
const BOTH = [
  ['username', 'alice'],
  ['password', 'x'],
]

test.each([
  ['as browsers write it', `${ALICE}${SECRET}--b--\r\n`],
  ['after a preamble', `pre\r\n${ALICE}${SECRET}--b--\r\n`],
  ['before an epilogue', `${ALICE}${SECRET}--b--\r\npost`],
  ['without an end of line at its end', `${ALICE}${SECRET}--b--`],
  ['with an end that is cut', `${ALICE}${SECRET}--b`],
  ['that nothing ends', `${ALICE}${SECRET}`],
  ['with an end that is another word', `${ALICE}${SECRET}--bx\r\n--b--\r\n`],
  ['after an empty part', `--b\r\n${ALICE}${SECRET}--b--\r\n`],
  ['after an empty line', `\r\n${ALICE}${SECRET}--b--\r\n`],
  ['with blanks behind a boundary', `${ALICE.replace('--b', '--b  ')}${SECRET}--b--\r\n`],
])('reads a form %s', (_, text) => {
  expect(partsOf(text)).toEqual(BOTH)
})

test.each([
  'form-data; name=username',
  'form-data;name="username"',
  'form-data; name = "username"',
  'form-data; name="username";',
  'form-data; name="username" ',
  'form-data; name=" username "',
  'FORM-DATA; NAME="username"',
  "form-data; name*=utf-8''user%6Eame",
  'attachment; name="username"',
  'form-data; name="username"; filename=""',
  'form-data; x="a;name=b"; name="username"',
])('finds the name in %s', (disposition) => {
  expect(partsOf(`${part(disposition, 'alice')}${SECRET}--b--\r\n`)).toEqual(BOTH)
})

test.each([
  ['without a name', part('form-data', 'alice')],
  ['without a disposition', '--b\r\nContent-Type: text/plain\r\n\r\nalice\r\n'],
  ['without headers', '--b\r\n\r\nalice\r\n'],
  ['with lines that end as on Unix', ALICE.replaceAll('\r\n', '\n')],
  [
    'with headers too long',
    part('form-data; name="username"', 'alice', `X: ${'x'.repeat(1024)}\r\n`),
  ],
])('passes over a part %s', (_, text) => {
  expect(partsOf(`${text}${SECRET}--b--\r\n`).at(-1)).toEqual(['password', 'x'])
  expect(partsOf(`${text}${SECRET}--b--\r\n`)).toHaveLength(1)
})

test.each([
  ['form-data; name="username"; filename="f.txt"'],
  ['form-data; filename="f"; name="username"'],
  ['form-data; name=username; filename=f'],
])('tells a file: %s', (disposition) => {
  expect(partsOf(`${part(disposition, 'alice')}--b--\r\n`)).toEqual([
    ['username', { isFile: true }],
  ])
})

test.each([
  ['YWxpY2U=', 'alice'],
  ['YWxp\r\nY2U=', 'alice'],
  ['YWxpY2U', 'YWxpY2U'],
])('unpacks base64: %j', (sent, read) => {
  const packed = part('form-data; name="a"', sent, 'Content-Transfer-Encoding: base64\r\n')
  expect(partsOf(`${packed}--b--\r\n`)).toEqual([['a', read]])
})

test('takes bytes for UTF-8, in names and in values', () => {
  expect(partsOf(`${part('form-data; name="ü"', '\ufeffé 😀\r\n')}--b--\r\n`)).toEqual([
    ['ü', '\ufeffé 😀\r\n'],
  ])
  const quoted = part('form-data; name="a\\"b\\\\c"', '1')
  expect(partsOf(`${quoted}--b--\r\n`)).toEqual([['a"b\\c', '1']])
})

test.each(['', 'x', '--', 'username=alice'])('finds nothing in %j', (text) => {
  expect(partsOf(text)).toEqual([])
})

test.each([
  ['multipart/form-data', 'None'],
  ['multipart/form-data; boundary=', ''],
  ['multipart/form-data; boundary="a "', 'a '],
  [`multipart/form-data; boundary=${'x'.repeat(202)}`, 'x'.repeat(202)],
])('needs a boundary: %s', (type, named) => {
  expect(refusalOf(() => partsOf(ALICE, type))).toEqual({
    detail: `Multipart form parse error - Invalid boundary in multipart: ${named}`,
  })
})

test('takes no boundary beyond ASCII', () => {
  // A character for each byte, as headers come.
  const asSent = Buffer.from('multipart/form-data; boundary=é', 'utf8').toString('latin1')
  const detail = `Multipart form parse error - Invalid non-ASCII Content-Type in multipart: ${asSent}`
  expect(refusalOf(() => partsOf(ALICE, asSent))).toEqual({ detail })
})

test('counts its fields', () => {
  const many = (count: number) => part('form-data; name="a"', '1').repeat(count) + '--b--\r\n'
  expect(partsOf(many(1000))).toHaveLength(1000)
  expect(() => partsOf(many(1001))).toThrow(expect.objectContaining({ status: 400 }))
})
