import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { compiled } from '../../src/db/compiled.ts'
import { databaseOver, type Database } from '../../src/db/open.ts'
import { ownFields } from '../../src/db/schema/own-fields.ts'
import { resultSetOf, type WireValue } from '../../src/db/rows.ts'
import { authTokens } from '../../src/db/schema/credentials.ts'
import { users } from '../../src/db/schema/users.ts'

/** A database that answers every statement with one row. */
function answering(row: readonly WireValue[]): Database {
  const cols = row.map((_, index) => ({ name: `c${index % 3}`, decltype: null }))
  const result = () => resultSetOf({ cols, rows: [row, row] })
  return databaseOver({
    execute: () => Promise.resolve(result()),
    batch: (statements) => Promise.resolve(statements.map(result)),
  })
}

const integer = (value: number): WireValue => ({ type: 'integer', value: String(value) })
const text = (value: string): WireValue => ({ type: 'text', value })
const NULL: WireValue = { type: 'null' }

const flat = (db: Database) =>
  db
    .select({
      id: users.id,
      isActive: users.isActive,
      joined: users.dateJoinedAt,
      last: users.lastLoginAt,
      two: sql<number>`2`.mapWith(String),
      three: sql<number>`3`.as('three'),
    })
    .from(users)

const joined = (db: Database) =>
  db
    .select({
      user: { id: users.id, isActive: users.isActive },
      token: { id: authTokens.userId, now: sql<number>`1`, at: authTokens.createdAt },
      document: ownFields.document,
    })
    .from(users)
    .leftJoin(authTokens, eq(authTokens.userId, users.id))
    .leftJoin(ownFields, eq(ownFields.userId, users.id))

const mixed = (db: Database) =>
  db
    .select({ both: { id: users.id, token: authTokens.userId } })
    .from(sql`(select 1)`)
    .leftJoin(users, eq(users.id, 1))
    .leftJoin(authTokens, eq(authTokens.userId, users.id))

test.each<[string, (db: Database) => PromiseLike<readonly unknown[]>, readonly WireValue[]]>([
  ['columns of every mode', flat, [1, 0, 5, 6, 7, 8].map(integer)],
  ['nulls', flat, [integer(1), integer(1), integer(5), NULL, NULL, NULL]],
  ['a join', joined, [...[1, 1, 2, 3, 4].map(integer), text('{"a":[1]}')]],
  ['a join that finds nothing', joined, [integer(1), integer(1), NULL, integer(3), NULL, NULL]],
  ['a join that finds a null', joined, [integer(1), integer(0), integer(2), NULL, NULL, NULL]],
  ['one object of two tables', mixed, [integer(1), NULL]],
  ['one object of nobody', mixed, [NULL, NULL]],
])('reads %s as Drizzle does', async (_what, select, row) => {
  const db = answering(row)
  const ours = compiled([], (builder) => select(builder) as ReturnType<typeof flat>)
  const rows = await select(db)
  expect(rows).toHaveLength(2)
  expect(await ours(db, {})).toEqual(rows)
  expect(await db.batch([ours(db, {})])).toEqual([rows])
})
