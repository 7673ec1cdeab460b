import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/db/open.ts'
import { deferIndexes } from '../../src/manage/import-django/deferred-indexes.ts'
import { manage } from './console.ts'
import { generateDjango } from './django.ts'
import {
  contents,
  countsOf,
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
  await sqld.client.execute('drop trigger if exists meanwhile')
  await manage({ env, directory }, 'migrate')
})

const UNIQUE = ['auth_tokens_key_hash_unique', 'social_accounts_provider_uid_unique']
const SCHEMA = "select name, sql from sqlite_master where type in ('table', 'index') order by name"

function database(): Database {
  return openDatabase({ url: sqld.url, authToken: undefined, timeoutMs: 5000, fetch })
}

function token(userId: number, letter: string): unknown {
  return {
    model: 'authtoken.token',
    pk: letter.repeat(40),
    fields: { user: userId, created: '2024-01-01T00:00:00Z' },
  }
}

function social(pk: number, userId: number, uid: string): unknown {
  return {
    model: 'socialaccount.socialaccount',
    pk,
    fields: {
      user: userId,
      provider: 'google',
      uid,
      extra_data: {},
      last_login: '2024-01-01T00:00:00Z',
      date_joined: '2024-01-01T00:00:00Z',
    },
  }
}

const TWO = [user(1, {}), user(2, {})]

async function uniqueIndexes(): Promise<readonly unknown[]> {
  const found = await rows(
    `select name from sqlite_master where name in ('${UNIQUE.join("', '")}') order by name`,
  )
  return found.map(({ name }) => name)
}

/** What is there while the rows of a table are written, as a trigger sees it. */
async function watchIndexes(table: string): Promise<void> {
  await sqld.client.execute(`create trigger meanwhile after insert on ${table} begin
    insert or replace into event_counts (kind, hour_at, count) select 'seen', new.rowid,
      (select count(*) from sqlite_master where name in ('${UNIQUE.join("', '")}')); end`)
}

test.each(['auth_tokens', 'social_accounts'])(
  'the unique index of %s is missing while its rows are written, and no other',
  async (table) => {
    const before = await rows(SCHEMA)
    await watchIndexes(table)
    const file = save('two.json', fixture(...TWO, token(1, 'a'), social(1, 1, 'x')))
    const ran = await run(file, '--defer-indexes')
    await sqld.client.execute('drop trigger meanwhile')
    expect(ran.code, ran.said).toBe(0)
    expect(ran.said.match(/Making the index \w+_unique\./g)).toHaveLength(2)
    expect(await rows("select count from event_counts where kind = 'seen'")).toEqual([{ count: 1 }])
    expect(await rows(SCHEMA)).toEqual(before)
  },
)

test('a large import with the unique indexes last ends as one without', async () => {
  const file = join(directory, 'django.sqlite3')
  await generateDjango(file, 100)
  await run(file)
  const expected = await contents()
  await sqld.resetDatabase()
  const ran = await run(file, '--defer-indexes', '--batch-size', '20', '--json')
  expect(ran.code, ran.said).toBe(0)
  expect(await contents()).toEqual(expected)
  const again = await run(file, '--defer-indexes', '--json')
  expect(Object.values(countsOf(again)).map(({ inserted }) => inserted)).toEqual([0, 0, 0, 0, 0])
  expect(await contents()).toEqual(expected)
})

test.each([
  ['with --defer-indexes', ['--defer-indexes']],
  ['without', []],
])(
  'a source that has a value twice is refused the later one, and keeps the index (%s)',
  async (_, how) => {
    await watchIndexes('social_accounts')
    const file = save('twins.json', fixture(...TWO, social(1, 1, 'x'), social(2, 2, 'x')))
    const ran = await run(file, '--json', '--batch-size', '1', ...how)
    await sqld.client.execute('drop trigger meanwhile')
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      {
        kind: 'refused',
        table: 'socialaccount_socialaccount',
        key: '2',
        reason: 'another row here, 1, has this provider and uid',
      },
    ])
    expect(await rows("select count from event_counts where kind = 'seen'")).toEqual([{ count: 2 }])
  },
)

test('tables with rows keep their unique indexes', async () => {
  await run(save('one.json', fixture(...TWO, token(2, 'b'))))
  await watchIndexes('auth_tokens')
  await run(save('more.json', fixture(...TWO, token(1, 'a'), token(2, 'b'))), '--defer-indexes')
  await sqld.client.execute('drop trigger meanwhile')
  expect(await rows("select count from event_counts where kind = 'seen'")).toEqual([{ count: 2 }])
})

test('an import that was killed without them makes them before it writes anything', async () => {
  const before = await rows(SCHEMA)
  const file = save('two.json', fixture(...TWO, token(1, 'a'), token(2, 'b')))
  await run(file)
  await sqld.client.execute('delete from auth_tokens where user_id = 2')
  const [index] = await rows(`select sql from sqlite_master where name = '${UNIQUE[0]}'`)
  await sqld.client.batch([
    'create table deferred_indexes (name text primary key not null, sql text not null)',
    {
      sql: 'insert into deferred_indexes values (?, ?)',
      args: [UNIQUE[0] ?? '', String(index?.['sql'])],
    },
    `drop index ${UNIQUE[0]}`,
  ])
  await watchIndexes('auth_tokens')
  const ran = await run(file, '--defer-indexes', '--json')
  await sqld.client.execute('drop trigger meanwhile')
  expect(ran.code, ran.said).toBe(0)
  expect(countsOf(ran)['authtoken_token']).toMatchObject({ inserted: 1, unchanged: 1 })
  expect(await rows("select count from event_counts where kind = 'seen'")).toEqual([{ count: 2 }])
  expect((await rows(SCHEMA)).map(({ name }) => name)).toEqual(before.map(({ name }) => name))
})

test('what someone else writes meanwhile and must be unique loses to the earlier row, and is told', async () => {
  await sqld.client
    .execute(`create trigger meanwhile after insert on social_accounts when new.id = 1 begin
    insert into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
      values (9, 2, new.provider, new.uid, 0, 0); end`)
  const file = save('one.json', fixture(...TWO, social(1, 1, 'x'), social(2, 1, 'y')))
  const ran = await run(file, '--defer-indexes', '--json')
  expect(ran.code).toBe(1)
  expect(ran.jsonLines().slice(0, -1)).toEqual([
    {
      kind: 'refused',
      table: 'socialaccount_socialaccount',
      key: '9',
      reason: 'another row here has this provider and uid',
    },
  ])
  expect(await rows('select id from social_accounts order by id')).toEqual([{ id: 1 }, { id: 2 }])
  expect(await uniqueIndexes()).toEqual(UNIQUE)
})

test('migrate makes them after a kill, and says which rows go', async () => {
  await run(save('two.json', fixture(...TWO)))
  expect(await deferIndexes(database(), ['auth_tokens'], UNIQUE)).toBe(1)
  expect(await uniqueIndexes()).toEqual([UNIQUE[1]])
  const insert =
    "insert into auth_tokens (user_id, key_hash, sealed_key, created_at) values (?, 'same', '', 0)"
  await sqld.client.batch([1, 2].map((id) => ({ sql: insert, args: [id] })))
  const ran = await manage({ env, directory }, 'migrate')
  expect(ran.code, ran.said).toBe(0)
  expect(ran.said).toContain(
    'Removed row 2 of auth_tokens: an earlier row has what must be unique.\n',
  )
  expect(await rows('select user_id from auth_tokens')).toEqual([{ user_id: 1 }])
  expect(await uniqueIndexes()).toEqual(UNIQUE)
})

test('an import that fails without a unique index counts it among the missing', async () => {
  await sqld.client.execute(
    "create trigger meanwhile before insert on auth_tokens begin select raise(abort, 'no'); end",
  )
  const ran = await run(save('one.json', fixture(...TWO, token(1, 'a'))), '--defer-indexes')
  expect(ran.code).toBe(1)
  expect(ran.said).toMatch(/7 indexes are missing.*npm run manage -- migrate/)
})

test('blacklisted tokens are written in the order of their key, those of any source', async () => {
  const file = join(directory, 'blacklist.sqlite3')
  await generateDjango(file, 100)
  await run(file)
  const found = await rows('select jti from spent_refresh_tokens order by rowid')
  expect(found.length).toBeGreaterThan(10)
  expect(found.map(({ jti }) => String(jti))).toEqual(
    found.map(({ jti }) => String(jti)).toSorted(),
  )
  const django = new DatabaseSync(file, { readOnly: true })
  const given = django.prepare('select jti from token_blacklist_outstandingtoken order by id').all()
  django.close()
  expect(given.map(({ jti }) => String(jti))).not.toEqual(
    given.map(({ jti }) => String(jti)).toSorted(),
  )
})
