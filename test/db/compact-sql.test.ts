import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { compactSql } from '../../src/db/compact-sql.ts'
import * as schema from '../../src/db/schema/index.ts'

test.each([
  ['select "users"."id"\n  from "users"', 'select users.id from users'],
  ['select a , b from ( t ) where a = ? and b <> ?', 'select a,b from(t)where a=? and b<>?'],
  [`select '"id"  it''s  =  ' || "id"`, `select '"id"  it''s  =  '||id`],
  ['select "order", "WaitMs" from t', 'select "order","WaitMs" from t'],
  ['select a - -1, b ->> 0, a - b', 'select a - -1,b->>0,a-b'],
])('%s', (sql, compact) => {
  expect(compactSql(sql)).toBe(compact)
})

test('no name of the schema needs its quotes', () => {
  const tables = Object.values<unknown>(schema).filter((one) => is(one, SQLiteTable))
  const names = tables.flatMap((table) => [
    getTableName(table),
    ...Object.values(getTableColumns(table)).map(({ name, keyAsName }) => (keyAsName ? '' : name)),
  ])
  expect(names.length).toBeGreaterThan(20)
  // Keywords that SQLite takes for nothing else (sqlite.org/lang_keywords.html, without a fallback to a name).
  const keywords =
    /^(?:add|all|alter|and|as|autoincrement|between|case|check|collate|commit|constraint|create|default|deferrable|delete|distinct|drop|else|escape|except|exists|foreign|from|group|having|in|index|insert|intersect|into|is|isnull|join|limit|not|notnull|null|on|or|order|primary|references|returning|select|set|table|then|to|transaction|union|unique|update|using|values|when|where)$/
  const quoted = names.filter((name) => keywords.test(name) && compactSql(`"${name}"`) === name)
  expect(quoted).toEqual([])
})
