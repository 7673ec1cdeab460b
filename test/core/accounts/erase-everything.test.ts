import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { deleteAccount } from '../../../src/core/accounts/delete-account.ts'
import { ERASED_OTHERWISE } from '../../../src/core/accounts/erase.sql.ts'
import { TABLES } from '../../../src/db/tables.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'

type Column = {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
  readonly dflt_value: string | null
}

type Reference = { readonly table: string; readonly from: string }

const columnsOf = (app: TestApp, table: string) =>
  app.deps().db.all<Column>(sql`select * from pragma_table_info(${table})`)

const referencesOf = (app: TestApp, table: string) =>
  app.deps().db.all<Reference>(sql`select "table", "from" from pragma_foreign_key_list(${table})`)

/** Columns that are called as if they named an account, or name another one, and why they may stay. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'email_outbox.tried_by': 'names of transports',
  'spent_tokens.spent_by': 'random names of requests',
  'invitations.invited_by': 'the number of staff, which nobody has again once they are gone',
}

test('whose a row is, it says as user_id: erasure and export go by that', async () => {
  const app = await createTestApp()
  const odd: string[] = []
  for (const table of TABLES.keys()) {
    const references = await referencesOf(app, table)
    odd.push(
      ...references
        .filter((one) => one.table === 'users' && one.from !== 'user_id')
        .map(({ from }) => `${table}.${from}`),
    )
    const columns = await columnsOf(app, table)
    odd.push(
      ...columns
        .filter(({ name }) => /(?:^|_)(?:user|account|owner|actor|inviter|by)(?:_id)?$/.test(name))
        .filter(({ name }) => name !== 'user_id')
        .map(({ name }) => `${table}.${name}`),
    )
  }
  expect([...new Set(odd)].filter((name) => OTHER_NAMES[name] === undefined)).toEqual([])
})

/** A row about account 1 in every table that has such: no table is filled by name here. */
async function fill(app: TestApp): Promise<readonly string[]> {
  const { db } = app.deps()
  await db.run(sql`insert into groups (id, name) values (1, 'editors')`)
  const filled: string[] = []
  for (const table of TABLES.keys()) {
    const columns = await columnsOf(app, table)
    if (!columns.some(({ name }) => name === 'user_id')) continue
    const wanted = columns.filter(
      ({ name, notnull, dflt_value, pk }) =>
        name === 'user_id' ||
        (notnull === 1 && dflt_value === null && !(pk === 1 && name === 'id')),
    )
    const names = wanted.map(({ name }) => sql.identifier(name))
    const values = wanted.map(({ name, type }) =>
      name === 'user_id' || /int/i.test(type) ? sql`1` : sql`'{}'`,
    )
    await db.run(
      sql`insert or ignore into ${sql.identifier(table)} (${sql.join(names, sql`, `)})
        values (${sql.join(values, sql`, `)})`,
    )
    filled.push(table)
  }
  return filled
}

const countOf = async (app: TestApp, table: string): Promise<number> => {
  const [row] = await app
    .deps()
    .db.all<{ readonly count: number }>(
      sql`select count(*) as count from ${sql.identifier(table)} where user_id = 1`,
    )
  return row?.count ?? 0
}

test.each(['soft', 'hard'] as const)(
  'an account that goes leaves no row behind but those that are named with a reason: %s',
  async (how) => {
    const app = await createTestApp({ env: { ACCOUNT_DELETION: how }, users: [aUser()] })
    const filled = await fill(app)
    const counts = await Promise.all(filled.map((table) => countOf(app, table)))
    expect(filled.filter((_table, index) => counts[index] === 0)).toEqual([])
    expect(filled.length).toBeGreaterThan(20)
    const deps = { ...app.deps(), actor: { kind: 'operator' } as const }
    expect(await deleteAccount(deps, 1, 'operator')).toBe('deleted')
    const left = await Promise.all(filled.map((table) => countOf(app, table)))
    const behind = filled.filter((_table, index) => left[index] !== 0)
    expect(behind.filter((table) => ERASED_OTHERWISE[table] === undefined)).toEqual([])
  },
)
