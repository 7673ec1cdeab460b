import { describe, expect, test } from 'vitest'
import { pythonType, readBody, requireRecord } from '../../src/web/body.ts'
import { ApiError } from '../../src/web/errors.ts'
import { JsonNumber } from '../../src/web/json.ts'
import { inEnglish } from '../support/english.ts'

const LIMIT = 1_000
const ANY_URL = 'https://auth.example.com/'

function read(body: BodyInit | null, contentType?: string) {
  const headers = contentType === undefined ? {} : { 'Content-Type': contentType }
  return readBody(new Request(ANY_URL, { method: 'POST', body, headers }), LIMIT)
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { status: error.status, body: inEnglish(error.body) }
  }
}

describe('JSON', () => {
  test.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json; charset=nobody-knows-it',
    'application/json; charset=',
    'application/*',
    '*/*',
    ' application/json ',
  ])('is what %j says', async (contentType) => {
    expect(await read('{"a": "é"}', contentType)).toEqual({ isForm: false, values: { a: 'é' } })
  })

  test('may be anything until a record is required', async () => {
    expect(await read('[1]', 'application/json')).toEqual({
      isForm: false,
      notARecord: [new JsonNumber(true, '1')],
    })
  })

  test('is refused in Python’s words', async () => {
    expect(await refusal(read('{', 'application/json'))).toEqual({
      status: 400,
      body: {
        detail:
          'JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
      },
    })
  })

  test.each<[string, readonly number[]]>([
    ['application/json;charset=latin-1', [0x22, 0xe9, 0x22]],
    ['application/json; charset="ISO-8859-1"', [0x22, 0xe9, 0x22]],
    ['application/json; charset=utf-16', [0xff, 0xfe, 0x22, 0, 0xe9, 0, 0x22, 0]],
    ['application/json; charset=utf-16', [0xfe, 0xff, 0, 0x22, 0, 0xe9, 0, 0x22]],
    ['application/json; charset=utf-16-le', [0x22, 0, 0xe9, 0, 0x22, 0]],
    ['application/json; charset=UTF-16BE', [0, 0x22, 0, 0xe9, 0, 0x22]],
    ['application/json; charset=utf-32', [0x22, 0, 0, 0, 0xe9, 0, 0, 0, 0x22, 0, 0, 0]],
    [
      'application/json; charset=utf-32',
      [0, 0, 0xfe, 0xff, 0, 0, 0, 0x22, 0, 0, 0, 0xe9, 0, 0, 0, 0x22],
    ],
    ['application/json; charset=utf_32_be', [0, 0, 0, 0x22, 0, 0, 0, 0xe9, 0, 0, 0, 0x22]],
    ['application/json; charset=windows-1251', [0x22, 0xc9, 0x22]],
  ])('is read in the charset of %s', async (contentType, bytes) => {
    const text = contentType.endsWith('1251') ? 'Й' : 'é'
    expect(await read(Uint8Array.from(bytes), contentType)).toEqual({
      isForm: false,
      notARecord: text,
    })
  })

  test.each([
    ['utf-16', '{}', 'UTF-16 stream does not start with BOM'],
    ['utf-16-le', '{}', 'Expecting value: line 1 column 1 (char 0)'],
    ['utf-32', '{}', 'Expecting value: line 1 column 1 (char 0)'],
    [
      'utf-32',
      '{"a":1}',
      "'utf-32-le' codec can't decode bytes in position 0-3: code point not in range(0x110000)",
    ],
    [
      'ascii',
      '{"é":1}',
      "'ascii' codec can't decode byte 0xc3 in position 2: ordinal not in range(128)",
    ],
    ['windows-1251', Uint8Array.of(0xc9), 'Expecting value: line 1 column 1 (char 0)'],
  ])('is refused where it is not in its charset %s: %s', async (charset, bytes, why) => {
    expect(await refusal(read(bytes, `application/json; charset=${charset}`))).toEqual({
      status: 400,
      body: { detail: `JSON parse error - ${why}` },
    })
  })

  test.each([
    'application/json/x',
    'application',
    'application/jsonx',
    'application/json, text/plain',
  ])('is not what %j says', async (contentType) => {
    expect(await refusal(read('{}', contentType))).toEqual({
      status: 415,
      body: { detail: `Unsupported media type "${contentType}" in request.` },
    })
  })

  test('is UTF-8', async () => {
    const bytes = Uint8Array.of(0x22, 0xff, 0x22)
    expect(await refusal(read(bytes, 'application/json'))).toEqual({
      status: 400,
      body: { detail: "JSON parse error - 'utf-8' codec can't decode the body" },
    })
  })
})

describe('forms', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['?a=1', { '?a': '1' }],
    ['\ufeffa=1', { '\ufeffa': '1' }],
    ['&&a=1&', { a: '1' }],
    ['a', { a: '' }],
    ['a==1', { a: '=1' }],
    ['%61=%zz', { a: '%zz' }],
  ])('are read as Django reads %j', async (text, values) => {
    const type = 'application/x-www-form-urlencoded'
    expect(await read(text, type)).toEqual({ isForm: true, values })
  })

  test('have a thousand fields at most', async () => {
    const type = 'application/x-www-form-urlencoded'
    expect(await read('&'.repeat(999), type)).toMatchObject({ isForm: true })
    expect(await refusal(read('&'.repeat(1000), type))).toEqual({
      status: 400,
      body: { detail: 'The request has too many fields.' },
    })
  })

  const FORM = 'application/x-www-form-urlencoded'

  test('are decoded, the last of a key counts', async () => {
    expect(await read('a=1&b=x+y%20%C3%A9&a=2&c', FORM)).toEqual({
      isForm: true,
      values: { a: '2', b: 'x y é', c: '' },
    })
  })

  test('have no special keys', async () => {
    const body = await read('__proto__=1&toString=2', FORM)
    expect('values' in body && Object.keys(body.values)).toEqual(['__proto__', 'toString'])
  })

  test('survive broken escapes', async () => {
    expect(await read('a=%zz&b=%ff&=x&&', FORM)).toEqual({
      isForm: true,
      values: { a: '%zz', b: '\ufffd', '': 'x' },
    })
  })
})

describe('multipart', () => {
  test('is read, a file as no text', async () => {
    const form = new FormData()
    form.set('a', 'é\r\nb')
    form.set('file', new Blob(['x']), 'x.txt')
    expect(await read(form)).toEqual({ isForm: true, values: { a: 'é\r\nb', file: {} } })
  })

  test('without a boundary is refused', async () => {
    expect(await refusal(read('x', 'multipart/form-data'))).toEqual({
      status: 400,
      body: { detail: 'Multipart form parse error - Invalid boundary in multipart: None' },
    })
  })

  test('with garbage in it is empty', async () => {
    expect(await read('garbage', 'multipart/form-data; boundary=x')).toEqual({
      isForm: true,
      values: {},
    })
  })
})

test.each([undefined, 'application/json', 'text/plain', 'nonsense'])(
  'nothing is an empty record, whatever %j says',
  async (contentType) => {
    expect(await read(null, contentType)).toEqual({ isForm: false, values: {} })
  },
)

test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'nothing is an empty form where %j says so',
  async (contentType) => {
    expect(await read(null, contentType)).toEqual({ isForm: true, values: {} })
  },
)

test.each([
  ['text/plain', 'text/plain'],
  ['application/jsonx; a=b', 'application/jsonx; a=b'],
  ['', ''],
])('%j is no media type of ours', async (contentType, named) => {
  const bytes = new TextEncoder().encode('{}')
  expect(await refusal(read(bytes, contentType))).toEqual({
    status: 415,
    body: { detail: `Unsupported media type "${named}" in request.` },
  })
})

describe('length', () => {
  const tooLarge = { status: 413, body: { detail: 'Request body exceeded the limit.' } }

  test('is bounded by what is said', async () => {
    const request = new Request(ANY_URL, {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Length': '1001', 'Content-Type': 'application/json' },
    })
    expect(await refusal(readBody(request, LIMIT))).toEqual(tooLarge)
  })

  test('is bounded by what comes', async () => {
    const json = (length: number) => `"${'a'.repeat(length - 2)}"`
    expect(await refusal(read(json(1_001), 'application/json'))).toEqual(tooLarge)
    expect(await refusal(read(json(1_000), 'application/json'))).not.toEqual(tooLarge)
  })

  test('is bounded while it comes', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1
        controller.enqueue(new Uint8Array(100))
      },
    })
    // `duplex` is what Node wants for streams; the types of the web do not know it.
    const init: RequestInit & { readonly duplex: 'half' } = {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'Content-Type': 'application/json' },
    }
    expect(await refusal(readBody(new Request(ANY_URL, init), LIMIT))).toEqual(tooLarge)
    expect(sent).toBeLessThan(20)
  })
})

test('a body that breaks off is the client’s fault', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.error(new Error('connection reset'))
    },
  })
  const init: RequestInit & { readonly duplex: 'half' } = {
    method: 'POST',
    body: broken,
    duplex: 'half',
  }
  expect(await refusal(readBody(new Request(ANY_URL, init), LIMIT))).toEqual({
    status: 400,
    body: { detail: 'Request body could not be read.' },
  })
})

describe('requireRecord', () => {
  test('takes records', () => {
    const body = { isForm: false, values: { a: '1' } }
    expect(requireRecord(body)).toBe(body)
  })

  test.each([
    [null, 'No data provided'],
    ['x', 'Invalid data. Expected a dictionary, but got str.'],
    [true, 'Invalid data. Expected a dictionary, but got bool.'],
    [[], 'Invalid data. Expected a dictionary, but got list.'],
    [new JsonNumber(true, '1'), 'Invalid data. Expected a dictionary, but got int.'],
    [new JsonNumber(false, '1.0'), 'Invalid data. Expected a dictionary, but got float.'],
  ])('refuses %j', async (notARecord, message) => {
    const work = async () => requireRecord({ isForm: false, notARecord })
    expect(await refusal(work())).toEqual({
      status: 400,
      body: { non_field_errors: [message] },
    })
  })
})

test('Python has a name for objects, too', () => {
  expect(pythonType({})).toBe('dict')
  expect(pythonType(null)).toBe('NoneType')
})
