import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHrana, DatabaseError, type Hrana } from '../../src/db/hrana.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

let sqld: Sqld
let hrana: Hrana
beforeAll(async () => {
  sqld = await startSqld()
  hrana = createHrana({ url: sqld.url, authToken: undefined, fetch })
  await hrana.execute(
    'create table things (id integer primary key, name text not null unique)',
    signal(),
  )
})
afterAll(() => sqld.stop())

function signal(): AbortSignal {
  return AbortSignal.timeout(20_000)
}

/** What the official client makes of the same statement. */
async function official(sql: string, args: readonly (string | number)[]) {
  const client = createClient({ url: sqld.url })
  const { columns, columnTypes, rows, rowsAffected } = await client.execute({
    sql,
    args: [...args],
  })
  return { columns, columnTypes, rows: rows.map((row) => ({ ...row })), rowsAffected }
}

describe('answers what the official client answers', () => {
  test.each([
    [
      'values of every type',
      "select 1 as a, 1.5 as b, 'x' as c, null as d, 9007199254740991 as e",
      [],
    ],
    ['numbers as REAL', 'select typeof(?) as type, ? / 2 as half', [5, 5]],
    ['texts', 'select ? as text, length(?) as length', ['ünï ☃ 𝔘', 'ünï ☃ 𝔘']],
    ['no rows', 'select id from things where id = ?', [-1]],
    ['declared types', 'select id, name from things', []],
  ])('%s', async (_what, sql, args) => {
    const { columns, columnTypes, rows, rowsAffected } = await hrana.execute(
      { sql, args },
      signal(),
    )
    const ours = { columns, columnTypes, rows: rows.map((row) => ({ ...row })), rowsAffected }
    expect(ours).toEqual(await official(sql, args))
  })

  test('a blob, a boolean, a date and an integer of 64 bits', async () => {
    const args = [new Uint8Array([1, 2, 3]), true, new Date(5), 9_223_372_036_854_775_807n]
    const sql = 'select ? as blob, ? as flag, ? as date, cast(? as text) as big'
    const { rows } = await hrana.execute({ sql, args }, signal())
    const [blob, ...rest] = [0, 1, 2, 3].map((index) => rows[0]?.[index])
    expect(blob).toEqual(new Uint8Array([1, 2, 3]).buffer)
    expect(rest).toEqual([1, 5, '9223372036854775807'])
  })
})

describe('rows', () => {
  test('are read by number and by name, though two columns have one name', async () => {
    const { rows } = await hrana.execute("select 1 as id, 2 as id, 'x' as name", signal())
    const [row] = rows
    expect([row?.length, row?.[0], row?.[1], row?.['name']]).toEqual([3, 1, 2, 'x'])
    expect(Object.keys(row ?? {})).toEqual(['id', 'name'])
    expect(Array.prototype.slice.call(row)).toEqual([1, 2, 'x'])
  })

  test('an integer that JavaScript cannot hold is refused, not rounded', async () => {
    await expect(hrana.execute('select 9007199254740993', signal())).rejects.toThrow(RangeError)
  })
})

describe('a batch', () => {
  const insert = (name: string) => ({ sql: 'insert into things (name) values (?)', args: [name] })

  test('answers for each of its statements', async () => {
    const [inserted, selected] = await hrana.batch(
      [insert('one'), "select name from things where name = 'one'"],
      signal(),
    )
    expect(inserted?.rowsAffected).toBe(1)
    expect(typeof inserted?.lastInsertRowid).toBe('bigint')
    expect(selected?.rows[0]?.[0]).toBe('one')
  })

  test('is undone as a whole, and says which statement was refused', async () => {
    const failing = hrana.batch([insert('two'), insert('one'), insert('three')], signal())
    const error = await failing.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT', statementIndex: 1 })
    const { rows } = await hrana.execute(
      "select 1 from things where name in ('two', 'three')",
      signal(),
    )
    expect(rows).toHaveLength(0)
  })
})

describe('an address', () => {
  test.each([
    ['libsql://db.example.com', 'https://db.example.com/v2/pipeline', undefined],
    ['https://db.example.com/path', 'https://db.example.com/path/v2/pipeline', undefined],
    ['libsql://localhost:8080?tls=0', 'http://localhost:8080/v2/pipeline', undefined],
    ['libsql://db.example.com/?authToken=t', 'https://db.example.com/v2/pipeline', 'Bearer t'],
  ])('%s is asked at %s', async (url, endpoint, authorization) => {
    const asked: unknown[] = []
    const fetchOnce: typeof fetch = (input, init) => {
      asked.push(input, new Headers(init?.headers).get('authorization') ?? undefined)
      return Promise.resolve(new Response('{}', { status: 503 }))
    }
    const called = createHrana({ url, authToken: undefined, fetch: fetchOnce })
    await called.execute('select 1', signal()).catch(() => undefined)
    expect(asked).toEqual([endpoint, authorization])
  })
})
