import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCsvRecords } from '../../src/manage/import-django/csv.ts'
import { sendInOrder } from '../../src/manage/import-django/in-order.ts'
import { readJsonObjects } from '../../src/manage/import-django/json-objects.ts'
import { readTime } from '../../src/manage/import-django/values.ts'

async function* cut(text: string, size: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size)
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('objects come out of an array or of lines as they went in, wherever the text is cut', async () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 })
  const run = fc.asyncProperty(objects, fc.integer({ min: 1, max: 9 }), fc.boolean(), check)
  await fc.assert(run, { numRuns: 200 })

  async function check(given: readonly unknown[], size: number, isLines: boolean): Promise<void> {
    const text = isLines
      ? given.map((object) => `${JSON.stringify(object)}\n`).join('')
      : JSON.stringify(given, null, size)
    const found = await collect(readJsonObjects(cut(text, size)))
    expect(found.map((object): unknown => JSON.parse(object))).toEqual(
      given.map((object): unknown => JSON.parse(JSON.stringify(object))),
    )
  }
})

test('pages settle in their order, so many at once, and one that shares a value waits for the other', async () => {
  const log: string[] = []
  const pages = [['a'], ['b'], ['b', 'c'], ['d']]
  await sendInOrder(eachOf(pages), {
    atOnce: 3,
    namesOf: (page) => new Set(page),
    send: async (page) => {
      log.push(`send ${page.join('')}`)
      // The first page takes longest.
      for (let turn = 0; page[0] === 'a' && turn < 20; turn += 1) await Promise.resolve()
      return page.join('')
    },
    wait: (sent) => sent,
    settle: (sent) => log.push(`settle ${sent}`),
  })
  expect(log.join(', ')).toBe(
    'send a, send b, settle a, settle b, send bc, send d, settle bc, settle d',
  )
})

async function* eachOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item)
}

test('quoted CSV records come out as they went in, wherever the text is cut', async () => {
  const records = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 5 })
  const run = fc.asyncProperty(records, fc.integer({ min: 1, max: 9 }), async (given, size) => {
    const quoted = given.map((record) =>
      record.map((field) => `"${field.replaceAll('"', '""')}"`).join(','),
    )
    const text = quoted.map((line) => `${line}\r\n`).join('')
    const found = await collect(readCsvRecords(cut(text, size)))
    expect(found.map((record) => record.map((field) => field.text))).toEqual(given)
  })
  await fc.assert(run, { numRuns: 200 })
})

test.each([
  ['quotes that nothing ends', 'id\n"', 'x\n'],
  ['a line that nothing ends', 'id\n', 'xy'],
  ['fields without an end', 'id\n', ',x'],
])('of %s no more is read than a record may have', async (_, start, more) => {
  let read = 0
  async function* parts(): AsyncGenerator<string> {
    yield start
    for (; read < 100; read += 1) yield more
  }
  await expect(collect(readCsvRecords(parts(), 50))).rejects.toThrow('holds a record that is')
  expect(read).toBeLessThan(30)
})

test('a long file of short records is read to its end', async () => {
  const records = await collect(readCsvRecords(cut('id,name\n'.repeat(100), 7), 8))
  expect(records).toHaveLength(100)
})

test.each([
  ['2024-02-29 23:59:59.999999', '2024-02-29T23:59:59.999Z'],
  ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ['2024-02-29 23:59:59.5+00', '2024-02-29T23:59:59.500Z'],
  ['2024-03-01 05:29:59+05:30', '2024-02-29T23:59:59.000Z'],
  ['2024-02-29 15:59-0800', '2024-02-29T23:59:00.000Z'],
  ['0001-01-01 00:00:00', '0001-01-01T00:00:00.000Z'],
])('the time %s is %s', (text, expected) => {
  expect(new Date(readTime(text) ?? Number.NaN).toISOString()).toBe(expected)
})

test.each([null, '', 'now', '2023-02-29 00:00:00', '2024-13-01 00:00:00', '2024-01-01 25:00:00'])(
  '%j is no time',
  (text) => {
    expect(readTime(text)).toBeUndefined()
  },
)
