import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { batch } from '../../src/db/batch.ts'
import { insertRow } from '../../src/db/insert-row.ts'
import { createTestApp } from '../support/app.ts'

/** As a table is the day after a column was added: nobody who writes it names `addedLater`. */
const things = sqliteTable('things', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  addedLater: integer({ mode: 'boolean' }).notNull().default(true),
  note: text().notNull().default("it's new"),
  madeAt: integer({ mode: 'timestamp_ms' }).notNull(),
})

const CREATE = sql`create table if not exists things (id integer primary key autoincrement,
  name text not null, added_later integer not null, note text not null, made_at integer not null)`

test('a column that an insert does not name gets its default, whole numbers stay whole', async () => {
  const app = await createTestApp()
  const { db } = app.deps()
  const madeAt = new Date('2027-01-31T12:00:00.123Z')
  const { made, kept, types } = await batch(db, {
    created: db.run(CREATE),
    none: insertRow(db, things, { values: { name: 'nobody', madeAt }, from: sql`where 1 = 0` }),
    made: insertRow(db, things, {
      values: { name: sql`upper('a')`, madeAt },
      from: sql`where 1 = 1`,
    }).returning(),
    kept: db.select({ name: things.name }).from(things),
    types: [
      db.all<{ of: string }>(sql`select typeof(made_at) as "of" from things`),
      db.all<{ of: string }>(sql`select typeof(added_later) as "of" from things`),
    ],
    gone: db.run(sql`drop table things`),
  })
  expect(made).toEqual([{ id: 1, name: 'A', addedLater: true, note: "it's new", madeAt }])
  expect(kept).toEqual([{ name: 'A' }])
  expect(types).toEqual([[{ of: 'integer' }], [{ of: 'integer' }]])
})

test('a column without a default must be named', async () => {
  const app = await createTestApp()
  const { db } = app.deps()
  expect(() =>
    // @ts-expect-error: `name` is missing.
    insertRow(db, things, { values: { madeAt: new Date(0) }, from: sql`where 1 = 1` }),
  ).toThrow('no value')
})

test('an empty batch asks nothing', async () => {
  const app = await createTestApp()
  const { waited } = await app.costOf(async () => {
    expect(await batch(app.deps().db, { nothing: [] })).toEqual({ nothing: [] })
  })
  expect(waited.roundTrips).toBe(0)
})
