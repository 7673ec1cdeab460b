import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, getTableColumns, getTableName, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../../src/core/accounts/delete-account.ts'
import { finishDeletions } from '../../../src/core/accounts/leave.ts'
import { anAdminKey } from '../../support/admin-key.ts'
import { findTarget } from '../../../src/core/operator/target.sql.ts'
import { accountDeletions } from '../../../src/db/schema/lifecycle.ts'
import * as schema from '../../../src/db/schema/index.ts'
import { TABLES } from '../../../src/db/tables.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { manage } from '../../manage/console.ts'

/** The owner’s own door fills these. */
const LOGIN_TABLES: ReadonlySet<string> = new Set([
  'auth_tokens',
  'recent_proofs',
  'account_deletions',
])

const ofUsers = [...TABLES.values()].filter((table) => 'userId' in getTableColumns(table))

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

/** How an account is deleted. */
const DOORS: Readonly<Record<string, (app: TestApp) => Promise<unknown>>> = {
  'its owner': async (app) => {
    const { key } = await storedKey(app)
    const headers = { Authorization: `Token ${key}` }
    expect((await app.post('user/delete/', undefined, headers)).status).toBe(200)
  },
  'its owner, when the grace period is over': async (app) => {
    const nonce = 'a nonce'
    const { db, now } = app.deps()
    await db.delete(accountDeletions)
    await db.insert(accountDeletions).values({ userId: 1, nonce, requestedAt: now, dueAt: now })
    await db.update(schema.users).set({ isActive: false }).where(eq(schema.users.id, 1))
    expect(await finishDeletions(app.deps())).toBe(1)
  },
  '`manage user delete`': async (app) => {
    const { TURSO_DATABASE_URL, SECRET_KEY, ACCOUNT_DELETION } = app.settings
    const env = { TURSO_DATABASE_URL, SECRET_KEY, ACCOUNT_DELETION }
    const directory = mkdtempSync(join(tmpdir(), 'delete-'))
    const args = ['user', 'delete', '--id', '1', '--yes', '--json']
    const ran = await manage({ env, directory }, ...args)
    rmSync(directory, { recursive: true })
    expect({ code: ran.code, said: ran.said }).toEqual({ code: 0, said: '' })
  },
  'the admin API': async (app) => {
    const key = await anAdminKey(app.deps(), ['users:delete'])
    const headers = { Authorization: `Bearer ${key}` }
    const gone = await app.request('/admin/api/users/1/', { method: 'DELETE', headers })
    expect(gone.status).toBe(204)
  },
}

async function storedKey(app: TestApp) {
  const login = { username: 'alice', password: 'right-horse-staple' }
  return (await (await app.post('login/', login)).json()) as { readonly key: string }
}

/** What may be left in a table of an account that is gone, by either way of deleting. */
const LEFT: Readonly<Record<'hard' | 'soft', readonly string[]>> = {
  hard: ['audit_events', 'spent_refresh_tokens'],
  soft: ['audit_events', 'refresh_families', 'spent_refresh_tokens'],
}

describe.each(['hard', 'soft'] as const)('%s', (how) => {
  test.each(Object.entries(DOORS))(
    'by %s: every row of every table goes or says nothing, and nobody else’s',
    async (_door, act) => {
      const app = await createTestApp({
        env: { ACCOUNT_DELETION: how, ACCOUNT_DELETION_GRACE_DAYS: '0', ADMIN_API: 'true' },
        users: [aUser(), aUser({ username: 'bob', emailVerified: null })],
      })
      expect(ofUsers.length).toBeGreaterThan(9)
      const { db } = app.deps()
      // What rows of an account refer to besides.
      await db.insert(schema.groups).values({ name: 'editors' })
      const filled = ofUsers.filter((table) => !LOGIN_TABLES.has(getTableName(table)))
      for (const table of filled) await seedRow(app, table, 1)
      for (const table of [schema.auditEvents, schema.socialAccounts]) await seedRow(app, table, 2)
      await act(app)
      await app.settle()
      const left: string[] = []
      for (const table of ofUsers) {
        if ((await rowsOf(app, table, 1)) > 0) left.push(getTableName(table))
      }
      expect(left).toEqual(LEFT[how])
      const everything = await Promise.all(
        [...TABLES.keys()].map((name) => db.all(sql`select * from ${sql.identifier(name)}`)),
      )
      expect(JSON.stringify(everything)).not.toContain('alice')
      const families = await db.select().from(schema.refreshFamilies)
      expect(families.map(({ userAgent, revokedAt }) => [userAgent, revokedAt !== null])).toEqual(
        how === 'soft' ? [['', true]] : [],
      )
      const names = await db.select({ name: schema.users.username }).from(schema.users)
      expect(names.map(({ name }) => name.replace(/-.*/, ''))).toEqual(
        how === 'soft' ? ['deleted', 'bob'] : ['bob'],
      )
      expect(await rowsOf(app, schema.auditEvents, 2)).toBe(1)
      expect(await rowsOf(app, schema.socialAccounts, 2)).toBe(1)
      const target = await findTarget(db, 1)
      expect(target?.isActive ?? false).toBe(false)
    },
  )
})

test('an operator need not wait for an owner who is leaving', async () => {
  const app = await createTestApp({ env: { ACCOUNT_DELETION: 'hard' }, users: [aUser()] })
  const { key } = await storedKey(app)
  await app.post('user/delete/', undefined, { Authorization: `Token ${key}` })
  expect(await deleteAccount(app.deps(), 1, 'operator')).toBe('deleted')
  expect(await app.deps().db.select().from(schema.users)).toEqual([])
  expect(await app.deps().db.select().from(accountDeletions)).toEqual([])
})

test('where tokens name the username, an operator’s deletion keeps the anonymous row, too', async () => {
  const env = { USE_JWT: 'true', SIMPLE_JWT_USER_ID_FIELD: 'username' }
  const app = await createTestApp({ env, users: [aUser()] })
  expect(await deleteAccount(app.deps(), 1, 'operator')).toBe('deleted')
  const [row] = await app.deps().db.select().from(schema.users)
  expect(row).toMatchObject({ id: 1, email: '', isActive: false })
})

test('says where there is nobody, and notes nothing', async () => {
  const app = await createTestApp()
  expect(await deleteAccount(app.deps(), 7, 'operator')).toBe('unknown')
  expect(await app.deps().db.select().from(schema.auditEvents)).toEqual([])
})
