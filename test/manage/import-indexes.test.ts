import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { afterEach, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/db/open.ts'
import {
  deferredIndexes,
  deferIndexes,
  makeDeferredIndexes,
} from '../../src/manage/import-django/deferred-indexes.ts'
import { packageRoot } from '../../src/manage/package-root.ts'
import { startSqld } from '../support/sqld.ts'
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

function database(send: typeof fetch = fetch, url = sqld.url): Database {
  return openDatabase({ url, authToken: undefined, timeoutMs: 5000, fetch: send })
}

/** Nobody is told. */
const QUIET = { making: () => undefined, removed: () => undefined }

/** What an import leaves that was killed right after it had begun. */
function deferred(...tables: readonly string[]): Promise<number> {
  return deferIndexes(database(), tables)
}

function namesOf(schema: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return schema.map(({ name }) => name)
}

test('--defer-indexes ends with the same rows and the same schema', async () => {
  const before = await rows(SCHEMA)
  const file = save('two.json', fixture(ALICE, user(8, { first_name: 'Bo' })))
  const ran = await run(file, '--defer-indexes')
  expect(ran.code, ran.said).toBe(0)
  expect(ran.said).toContain('Dropped 6 indexes.\nAt the end, 6 indexes are made again.\n')
  expect(ran.said).toContain('Making the index users_username_folded_idx.\n')
  expect(await rows('select id, username_folded from users order by id')).toEqual([
    { id: 7, username_folded: 'älice' },
    { id: 8, username_folded: 'user8' },
  ])
  expect(await rows(SCHEMA)).toEqual(before)
  const again = await run(file, '--defer-indexes')
  expect(again.said).not.toContain('Making the index')
  expect(again.said).toContain('No index is dropped now: no table with indexes is empty.\n')
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
  expect(doctor.out).toMatch(
    /indexes: 6 indexes are missing \(.*\busers_first_name_idx\b.*\).*\n.*manage -- migrate/,
  )
  const planned = await manage({ env, directory }, 'migrate', '--dry-run')
  expect(planned.out).toContain('Would make 6 indexes that an import has left')
  const ran = await manage({ env, directory }, ...command)
  expect(ran.code, ran.said).toBe(0)
  if (command[0] === 'migrate') expect(ran.out).toContain('Made 6 indexes that an import had left.')
  expect(namesOf(await rows(SCHEMA))).toEqual(namesOf(before))
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

/** A database at which something else happens right before the first request that says this. */
function databaseWhere(words: string, meanwhile: () => Promise<void>): Database {
  let isOver = false
  return database(async (input, init) => {
    const { body } = init ?? {}
    if (!isOver && typeof body === 'string' && body.includes(words)) {
      isOver = true
      await meanwhile()
    }
    return fetch(input, init)
  })
}

test('two that make the same indexes at once both end, and leave nothing behind', async () => {
  const before = await rows(SCHEMA)
  await deferred('users', 'email_addresses')
  const db = databaseWhere('create index', async () => {
    await makeDeferredIndexes(database(), QUIET)
  })
  expect(await makeDeferredIndexes(db, QUIET)).toBe(7)
  expect(namesOf(await rows(SCHEMA))).toEqual(namesOf(before))
})

test('what another import defers while one makes its last index stays noted', async () => {
  const before = await rows(SCHEMA)
  await deferred('users')
  const db = databaseWhere('drop table', async () => {
    expect(await deferred('social_accounts')).toBe(1)
  })
  await makeDeferredIndexes(db, QUIET)
  expect(await deferredIndexes(database())).toHaveLength(1)
  await makeDeferredIndexes(database(), QUIET)
  expect(namesOf(await rows(SCHEMA))).toEqual(namesOf(before))
})

test('one that is killed after its last index leaves no table behind', async () => {
  const before = await rows(SCHEMA)
  await deferred('social_accounts')
  const definition = "select sql from deferred_indexes where name = 'social_accounts_user_id_idx'"
  await sqld.client.execute(String((await rows(definition))[0]?.['sql']))
  await sqld.client.execute('delete from deferred_indexes')
  expect((await run(save('alice.json', fixture(ALICE)))).code).toBe(0)
  expect(namesOf(await rows(SCHEMA))).toEqual(namesOf(before))
})

test('an import that fails says that indexes are missing, and what makes them', async () => {
  const file = save('alice.json', fixture(ALICE))
  await sqld.client.execute(
    "create trigger refusal before insert on users begin select raise(abort, 'no'); end",
  )
  const ran = await run(file, '--defer-indexes')
  await sqld.client.execute('drop trigger refusal')
  expect(ran.code).toBe(1)
  expect(ran.said).toMatch(/6 indexes are missing.*npm run manage -- migrate/)
})

test('a migration that takes a deferred index away finds it', async () => {
  const folder = join(directory, 'drizzle')
  cpSync(join(packageRoot(), 'drizzle'), folder, { recursive: true })
  const journal = join(folder, 'meta/_journal.json')
  const written: { readonly entries: readonly unknown[] } = JSON.parse(
    readFileSync(journal, 'utf8'),
  )
  writeFileSync(journal, JSON.stringify({ ...written, entries: written.entries.slice(0, 3) }))
  const older = await startSqld('empty')
  try {
    const db = database(fetch, older.url)
    await migrate(db, { migrationsFolder: folder })
    expect(await deferIndexes(db, ['email_addresses'])).toBe(1)
    const ran = await manage(
      { env: { ...env, TURSO_DATABASE_URL: older.url }, directory },
      'migrate',
    )
    expect(ran.code, ran.said).toBe(0)
    const { rows: found } = await older.client.execute(SCHEMA)
    expect(found.map(({ name }) => name)).toEqual(namesOf(await rows(SCHEMA)))
  } finally {
    await older.stop()
  }
})
