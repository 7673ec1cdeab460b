import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { deferIndexes } from '../../src/manage/import-django/deferred-indexes.ts'
import { manage } from './console.ts'
import {
  ALICE,
  directory,
  env,
  fixture,
  rows,
  run,
  save,
  sqld,
  useImportDatabase,
  user,
} from './importing.ts'

useImportDatabase()
afterEach(async () => {
  await manage({ env, directory }, 'migrate')
})

/** Tables and indexes, as they were written. */
const SCHEMA = "select name, sql from sqlite_master where type in ('table', 'index') order by name"

async function indexNames(): Promise<readonly unknown[]> {
  const found = await rows(
    "select name from sqlite_master where type = 'index' and sql <> '' order by name",
  )
  return found.map(({ name }) => name)
}

/** What an import leaves that was killed right after it had begun. */
function deferred(...tables: readonly string[]): Promise<number> {
  const url = sqld.url
  return deferIndexes(openDatabase({ url, authToken: undefined, timeoutMs: 5000, fetch }), tables)
}

test('--defer-indexes ends with the same rows and the same schema', async () => {
  const before = await rows(SCHEMA)
  const file = save('two.json', fixture(ALICE, user(8, { first_name: 'Bo' })))
  const ran = await run(file, '--defer-indexes')
  expect(ran.code, ran.said).toBe(0)
  expect(ran.said).toContain('Making the index users_username_folded_idx.\n')
  expect(await rows('select id, username_folded from users order by id')).toEqual([
    { id: 7, username_folded: 'älice' },
    { id: 8, username_folded: 'user8' },
  ])
  expect(await rows(SCHEMA)).toEqual(before)
  const again = await run(file, '--defer-indexes')
  expect(again.said).not.toContain('Making the index')
  expect(await rows(SCHEMA)).toEqual(before)
})

test('while it runs, only what keeps values unique is left, and only of tables that were empty', async () => {
  await run(save('alice.json', fixture(ALICE)))
  const before = new Set(await indexNames())
  expect(await deferred('users', 'social_accounts', 'email_addresses')).toBe(2)
  const left = new Set(await indexNames())
  expect([...before].filter((name) => !left.has(name))).toEqual([
    'email_addresses_email_folded_idx',
    'social_accounts_user_id_idx',
  ])
  expect(left).toContain('email_addresses_user_id_email_unique')
})

test.each([
  ['an import of any kind', ['import-django', 'alice.json']],
  ['a migration', ['migrate']],
])('what a killed import has left to be made, %s makes', async (_name, command) => {
  const before = await rows(SCHEMA)
  save('alice.json', fixture(ALICE))
  expect(await deferred('users', 'email_addresses')).toBe(7)
  // One that is killed between two indexes begins where it was.
  await sqld.client.execute('delete from deferred_indexes where name = ?', ['users_staff_idx'])
  await sqld.client.execute('create index users_staff_idx on users (id) where is_staff = 1')
  const doctor = await manage({ env, directory }, 'doctor')
  expect(doctor.out).toMatch(/indexes: 6 indexes are missing.*\n.*manage -- migrate/)
  const ran = await manage({ env, directory }, ...command)
  expect(ran.code, ran.said).toBe(0)
  const names = (schema: readonly Readonly<Record<string, unknown>>[]) =>
    schema.map(({ name }) => name)
  expect(names(await rows(SCHEMA))).toEqual(names(before))
  expect((await manage({ env, directory }, 'doctor')).out).not.toContain('indexes')
})

test('a dry run takes nothing away and makes nothing', async () => {
  const before = await rows(SCHEMA)
  const file = save('alice.json', fixture(ALICE))
  expect((await run(file, '--defer-indexes', '--dry-run')).code).toBe(0)
  expect(await rows(SCHEMA)).toEqual(before)
  await deferred('users')
  const without = await rows(SCHEMA)
  expect((await run(file, '--dry-run')).code).toBe(0)
  expect(await rows(SCHEMA)).toEqual(without)
})
