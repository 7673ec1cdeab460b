import { getTableColumns, getTableName, sql } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { deleteAccount } from '../../../src/core/accounts/delete-account.ts'
import { findTarget } from '../../../src/core/operator/target.sql.ts'
import * as schema from '../../../src/db/schema.ts'
import { TABLES } from '../../../src/db/tables.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

const ofUsers = [...TABLES.values()].filter((table) => 'userId' in getTableColumns(table))

/** Tables whose rows of an account outlive it, and why that tells nobody anything. */
const KEPT: Readonly<Record<string, string>> = {
  spent_refresh_tokens: 'random names of tokens that expire by themselves',
}

/** A row of that table that belongs to the account: every column that must be filled is. */
async function seedRow(app: TestApp, table: SQLiteTable, userId: number): Promise<void> {
  const columns = Object.values(getTableColumns(table)).filter(
    (column) => column.notNull && !column.hasDefault && column.name !== 'id',
  )
  const names = [...new Set([...columns.map(({ name }) => name), 'userId'])]
  const valueOf = (name: string) => {
    if (name === 'userId') return sql`${userId}`
    const column = columns.find((one) => one.name === name)
    return column?.getSQLType() === 'integer' ? sql`1` : sql`${`"${userId}"`}`
  }
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  await app.deps().db.run(
    sql`insert into ${table} (${sql.join(
      names.map((name) => sql.identifier(snake(name))),
      sql`, `,
    )}) values (${sql.join(names.map(valueOf), sql`, `)})`,
  )
}

async function rowsOf(app: TestApp, table: SQLiteTable, userId: number): Promise<number> {
  const [row] = await app
    .deps()
    .db.all<{ count: number }>(
      sql`select count(*) as count from ${table} where user_id = ${userId}`,
    )
  return row?.count ?? 0
}

test('takes every row of the account in every table, and nobody else’s', async () => {
  const app = await createTestApp({
    users: [aUser({ emailVerified: null }), aUser({ username: 'bob', emailVerified: null })],
  })
  expect(ofUsers.length).toBeGreaterThan(9)
  // What rows of an account refer to besides.
  await app.deps().db.insert(schema.groups).values({ name: 'editors' })
  for (const table of ofUsers) await seedRow(app, table, 1)
  for (const table of [schema.auditEvents, schema.socialAccounts]) await seedRow(app, table, 2)
  expect(await deleteAccount(app.deps(), 1)).toBe('deleted')
  const left: string[] = []
  for (const table of ofUsers) {
    if ((await rowsOf(app, table, 1)) > 0) left.push(getTableName(table))
  }
  expect(left).toEqual(['spent_refresh_tokens', 'audit_events'])
  const events = await app.deps().db.select().from(schema.auditEvents)
  expect(events.filter(({ userId }) => userId === 1).map(({ kind }) => kind)).toEqual(['deleted'])
  expect(await rowsOf(app, schema.auditEvents, 2)).toBe(1)
  expect(await rowsOf(app, schema.socialAccounts, 2)).toBe(1)
  expect(await findTarget(app.deps().db, 1)).toBeUndefined()
})

test('every table that names accounts lets go of them by itself, or is cleaned, or says why not', () => {
  const cleaned = ['audit_events']
  const held = ofUsers
    .filter((table) => {
      const { foreignKeys } = getTableConfig(table)
      return !foreignKeys.some(({ onDelete }) => onDelete === 'cascade')
    })
    .map((table) => getTableName(table))
  expect(held.filter((name) => !cleaned.includes(name))).toEqual(Object.keys(KEPT))
})

test('says where there is nobody, and notes nothing', async () => {
  const app = await createTestApp()
  expect(await deleteAccount(app.deps(), 7)).toBe('unknown')
  expect(await app.deps().db.select().from(schema.auditEvents)).toEqual([])
})
