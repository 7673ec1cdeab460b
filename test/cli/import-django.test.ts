import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { django, generateDjango } from './django.ts'

const USERS = 130
let sqld: Sqld
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'import-django-'))
  sqld = await startSqld()
  env = { TURSO_DATABASE_URL: sqld.url, SECRET_KEY: 'k'.repeat(40) }
  await generateDjango(join(directory, 'django.sqlite3'), USERS)
}, 60_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(() => sqld.resetDatabase())

function run(...args: readonly string[]): Promise<Ran> {
  return manage({ env, directory }, 'import-django', ...args)
}

function save(name: string, content: string | Uint8Array): string {
  writeFileSync(join(directory, name), content)
  return name
}

async function rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await sqld.client.execute(sql)
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map((column) => [column, row[column]])),
  )
}

/** Everything but what is sealed anew each time. */
async function contents(): Promise<unknown> {
  return [
    await rows('select * from users order by id'),
    await rows('select * from email_addresses order by id'),
    await rows('select user_id, key_hash, created_at from auth_tokens order by user_id'),
    await rows('select * from social_accounts order by id'),
    await rows('select * from spent_refresh_tokens order by jti'),
  ]
}

function countsOf(ran: Ran): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const summary = ran.jsonLines().at(-1)
  if (summary?.['kind'] !== 'summary') throw new Error(`There is no summary: ${ran.said}`)
  return summary['tables'] as Readonly<Record<string, Readonly<Record<string, number>>>>
}

const ALICE = {
  model: 'auth.user',
  pk: 7,
  fields: {
    password: 'md5$salt$d653ea7ea31e77b41041e7e3d32e3e4a',
    last_login: '2024-02-03T04:05:06.789Z',
    is_superuser: true,
    username: 'Älice',
    first_name: 'A',
    last_name: '',
    email: 'Alice@Example.com',
    is_staff: false,
    is_active: true,
    date_joined: '2020-01-01T00:00:00Z',
    groups: [],
    user_permissions: [],
  },
}

function fixture(...entries: readonly unknown[]): string {
  return JSON.stringify(entries)
}

function user(pk: number | null, fields: Partial<typeof ALICE.fields>): unknown {
  return { ...ALICE, pk, fields: { ...ALICE.fields, username: `user${pk}`, email: '', ...fields } }
}

describe('a Django SQLite file', () => {
  test('arrives whole, ids and times kept', async () => {
    const ran = await run('django.sqlite3', '--json')
    expect(ran.code).toBe(0)
    const database = new DatabaseSync(join(directory, 'django.sqlite3'))
    const first = database.prepare('select * from auth_user where id = 6').get() ?? {}
    const joined = Date.parse(`${String(first['date_joined']).slice(0, 23).replace(' ', 'T')}Z`)
    expect(await rows('select * from users where id = 6')).toEqual([
      {
        id: 6,
        username: first['username'],
        username_folded: String(first['username']).toLowerCase(),
        email: first['email'],
        email_folded: String(first['email']).toLowerCase(),
        password: first['password'],
        first_name: first['first_name'],
        last_name: first['last_name'],
        is_active: 1,
        is_staff: 0,
        is_superuser: 0,
        date_joined_at: joined,
        last_login_at: joined + 20 * 86_400_000,
        tokens_revoked_at: null,
      },
    ])
    for (const [ours, djangos] of [
      ['users', 'auth_user'],
      ['email_addresses', 'account_emailaddress'],
      ['auth_tokens', 'authtoken_token'],
      ['social_accounts', 'socialaccount_socialaccount'],
    ]) {
      const [count] = await rows(`select count(*) as count from ${ours}`)
      expect(count, ours).toEqual({
        ...database.prepare(`select count(*) as count from ${djangos}`).get(),
      })
    }
  })

  test('gives blacklisted refresh tokens a row until they expire, the others none', async () => {
    const ran = await run('django.sqlite3', '--json')
    expect(countsOf(ran)['token_blacklist_blacklistedtoken']).toMatchObject({
      read: 52,
      inserted: 26,
      unneeded: 26,
    })
    expect(await rows('select count(*) as count from spent_refresh_tokens')).toEqual([
      { count: 26 },
    ])
  })

  test('keeps every digit of the numbers in extra_data', async () => {
    await run('django.sqlite3')
    const database = new DatabaseSync(join(directory, 'django.sqlite3'))
    const sql = 'select id, extra_data from %s order by id'
    const ours = await rows(sql.replace('%s', 'social_accounts'))
    const djangos = database.prepare(sql.replace('%s', 'socialaccount_socialaccount')).all()
    expect(ours).toEqual(djangos.map((row) => ({ ...row })))
  })

  test('changes nothing the second time', async () => {
    await run('django.sqlite3')
    const before = await contents()
    const ran = await run('django.sqlite3', '--json')
    expect(ran.code).toBe(0)
    expect(await contents()).toEqual(before)
    for (const counts of Object.values(countsOf(ran))) {
      expect(counts).toMatchObject({ inserted: 0, updated: 0, differing: 0, refused: 0 })
    }
  })

  test('arrives alike in pages of any size', async () => {
    await run('django.sqlite3')
    const whole = await contents()
    await sqld.resetDatabase()
    await run('django.sqlite3', '--batch-size', '7')
    expect(await contents()).toEqual(whole)
  })

  test('is only counted by a dry run', async () => {
    const dry = await run('django.sqlite3', '--dry-run', '--json')
    expect(await rows('select count(*) as count from users')).toEqual([{ count: 0 }])
    const written = await run('django.sqlite3', '--json')
    expect(countsOf(dry)).toEqual(countsOf(written))
  })

  test('keeps ids of deleted users from being given again', async () => {
    const file = join(directory, 'deleted.sqlite3')
    writeFileSync(file, readFileSync(join(directory, 'django.sqlite3')))
    const database = new DatabaseSync(file)
    database.exec("update sqlite_sequence set seq = 5000 where name = 'auth_user'")
    database.close()
    await run('deleted.sqlite3')
    await sqld.client.execute(
      "insert into users (username, username_folded, password, date_joined_at) values ('n', 'n', '!', 1)",
    )
    expect(await rows("select id from users where username = 'n'")).toEqual([{ id: 5001 }])
  })
})

describe('a fixture', () => {
  test.each([
    ['JSON', 'all.json', ['--indent', '2']],
    ['JSON lines', 'all.jsonl', ['--format', 'jsonl']],
    ['natural foreign keys', 'natural.json', ['--natural-foreign']],
  ])('of %s brings what the database brings', async (_, name, options) => {
    const models = [
      'auth.user',
      'account',
      'authtoken.token',
      'socialaccount.socialaccount',
      'token_blacklist',
    ]
    const file = join(directory, 'django.sqlite3')
    save(name, await django(file, 'dumpdata', ...options, ...models))
    await run('django.sqlite3')
    const whole = withoutExtraData(await contents())
    await sqld.resetDatabase()
    const ran = await run(name, '--json')
    expect(ran.jsonLines().slice(0, -1)).toEqual([])
    expect(withoutExtraData(await contents())).toEqual(whole)
  })

  /** Django's own serializer writes its blanks and escapes anew. */
  function withoutExtraData(whole: unknown): unknown {
    return JSON.parse(JSON.stringify(whole), (key, value: unknown) =>
      key === 'extra_data' ? JSON.parse(String(value)) : value,
    )
  }

  test('may be gzipped', async () => {
    save('alice.json.gz', gzipSync(fixture(ALICE)))
    await run('alice.json.gz')
    expect(await rows('select id, username from users')).toEqual([{ id: 7, username: 'Älice' }])
  })

  test('may come from the standard input', async () => {
    const ran = await manage({ env, directory, input: fixture(ALICE) }, 'import-django', '-')
    expect(ran.code).toBe(0)
    expect(await rows('select username from users')).toEqual([{ username: 'Älice' }])
  })

  test('without primary keys gives new ids, and the same again', async () => {
    const path = save(
      'natural-primary.json',
      fixture(user(40, {}), user(null, { username: 'bob' }), user(null, { username: 'Carol' }), {
        model: 'authtoken.token',
        pk: 'a'.repeat(40),
        fields: { user: ['Carol'], created: '2024-01-01T00:00:00Z' },
      }),
    )
    await run(path)
    const expected = [
      { id: 40, username: 'user40' },
      { id: 41, username: 'bob' },
      { id: 42, username: 'Carol' },
    ]
    expect(await rows('select id, username from users order by id')).toEqual(expected)
    expect(await rows('select user_id from auth_tokens')).toEqual([{ user_id: 42 }])
    const again = await run(path, '--json')
    expect(countsOf(again)['auth_user']).toMatchObject({ inserted: 0, unchanged: 3 })
    expect(await rows('select id, username from users order by id')).toEqual(expected)
  })

  test('of a custom user model is found by its table', async () => {
    const path = save(
      'custom.json',
      fixture({
        ...ALICE,
        model: 'accounts.user',
        fields: { ...ALICE.fields, username: undefined, phone: '123' },
      }),
    )
    const lost = await run(path)
    expect(lost).toMatchObject({ code: 1, said: 'There is no table auth_user\n' })
    const ran = await run(
      path,
      '--user-table',
      'accounts_user',
      '--username-column',
      'email',
      '--json',
    )
    expect(await rows('select username, email from users')).toEqual([
      { username: 'Alice@Example.com', email: 'Alice@Example.com' },
    ])
    expect(ran.jsonLines()).toContainEqual({
      kind: 'note',
      table: 'accounts_user.phone',
      key: '',
      reason: 'the column is not imported: it has no place here',
    })
  })

  test('that is broken is told with its fault', async () => {
    const cases = {
      '[{"model": "auth.user"': 'ends in the middle of an object',
      '[{"model": 5}]': 'is no fixture: each object needs model, pk and fields ({"model": 5})',
      hello: 'is not a list of JSON objects: "hello" stands between them',
    }
    for (const [text, fault] of Object.entries(cases)) {
      const ran = await run(save('broken.json', text))
      expect(ran).toMatchObject({ code: 1, said: `${join(directory, 'broken.json')} ${fault}\n` })
    }
  })
})

describe('CSV', () => {
  test('is taken as PostgreSQL writes it', async () => {
    const path = save(
      'users.csv',
      `id,password,last_login,is_superuser,username,first_name,last_name,email,is_staff,is_active,date_joined
5,"pbkdf2_sha256$1$a$b",2024-05-06 07:08:09.123999+02,f,"quo""ted,",,"two
lines",x@example.com,t,t,2020-01-01 00:00:00+00
6,!unusable,,t,plain,,,"",f,f,2020-01-01 00:00:00.5+00
`,
    )
    const ran = await run(path)
    expect(ran.code).toBe(0)
    expect(
      await rows(
        'select id, username, last_name, email, is_active, is_staff, is_superuser, last_login_at, date_joined_at from users',
      ),
    ).toEqual([
      {
        id: 5,
        username: 'quo"ted,',
        last_name: 'two\nlines',
        email: 'x@example.com',
        is_active: 1,
        is_staff: 1,
        is_superuser: 0,
        last_login_at: Date.UTC(2024, 4, 6, 5, 8, 9, 123),
        date_joined_at: Date.UTC(2020, 0, 1),
      },
      {
        id: 6,
        username: 'plain',
        last_name: '',
        email: '',
        is_active: 0,
        is_staff: 0,
        is_superuser: 1,
        last_login_at: null,
        date_joined_at: Date.UTC(2020, 0, 1, 0, 0, 0, 500),
      },
    ])
  })

  test('of other tables is known by its name', async () => {
    save('users.csv', 'id,username,password,date_joined\n5,a,!,2020-01-01 00:00:00\n')
    save('authtoken_token.csv', `key,created,user_id\n${'b'.repeat(40)},2020-01-01 00:00:00,5\n`)
    await run('users.csv', 'authtoken_token.csv')
    expect(await rows('select user_id from auth_tokens')).toEqual([{ user_id: 5 }])
  })

  test('without a needed column is refused', async () => {
    const ran = await run(save('users.csv', 'id,username\n1,a\n'))
    expect(ran.code).toBe(1)
    expect(ran.said).toContain('has no column password, date_joined in its first line')
  })
})

describe('a row that is here already', () => {
  const changed = { ...ALICE, fields: { ...ALICE.fields, email: 'new@example.com' } }

  beforeEach(async () => {
    await run(save('alice.json', fixture(ALICE)))
  })

  test('is left as it is, and told', async () => {
    const ran = await run(save('changed.json', fixture(changed)), '--json')
    expect(ran.code).toBe(0)
    expect(ran.jsonLines()[0]).toEqual({
      kind: 'differs',
      table: 'auth_user',
      key: '7',
      reason: "is here with another email; --update takes Django's",
    })
    expect(await rows('select email from users')).toEqual([{ email: 'Alice@Example.com' }])
  })

  test("becomes Django's with --update", async () => {
    const ran = await run(save('changed.json', fixture(changed)), '--update', '--json')
    expect(countsOf(ran)['auth_user']).toMatchObject({ updated: 1, differing: 0 })
    expect(await rows('select email, email_folded from users')).toEqual([
      { email: 'new@example.com', email_folded: 'new@example.com' },
    ])
  })

  test("is never another account's, nor is what hangs on it", async () => {
    const other = user(7, { username: 'mallory', date_joined: '2021-01-01T00:00:00Z' })
    const address = {
      model: 'account.emailaddress',
      pk: 1,
      fields: { user: 7, email: 'mallory@example.com', verified: true, primary: true },
    }
    const ran = await run(save('other.json', fixture(other, address)), '--update', '--json')
    expect(ran.code).toBe(1)
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      {
        kind: 'refused',
        table: 'auth_user',
        key: '7',
        reason: 'the id belongs to something else here: username_folded "älice"',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '1',
        reason: 'its user 7 was refused',
      },
    ])
    expect(await rows('select username from users')).toEqual([{ username: 'Älice' }])
    expect(await rows('select * from email_addresses')).toEqual([])
  })
})

describe('a row that cannot be taken', () => {
  test.each([
    [
      'an id that is no number',
      { ...ALICE, pk: 'a-uuid' },
      'id is no whole number above 0: "a-uuid"',
    ],
    ['a NUL', user(7, { first_name: 'a\0b' }), 'first_name holds characters that cannot be stored'],
    ['no name', user(7, { username: '' }), 'has no username'],
    [
      'no time',
      user(7, { date_joined: '2020-02-30T00:00:00Z' }),
      'date_joined is no time: "2020-02-30T00:00:00Z"',
    ],
  ])('is told with its reason: %s', async (_, entry, reason) => {
    const ran = await run(save('bad.json', fixture(entry, user(8, {}))), '--json')
    expect(ran.code).toBe(1)
    expect(ran.jsonLines()[0]).toMatchObject({ kind: 'refused', table: 'auth_user', reason })
    expect(await rows('select id from users')).toEqual([{ id: 8 }])
  })

  test('is told when its user is nowhere, twice there, or its address is taken', async () => {
    const address = (pk: number, userId: number | string[], email: string) => ({
      model: 'account.emailaddress',
      pk,
      fields: { user: userId, email, verified: false, primary: false },
    })
    const path = save(
      'hanging.json',
      fixture(
        ALICE,
        address(1, 7, 'a@example.com'),
        address(2, 7, 'a@example.com'),
        address(3, 8, 'b@example.com'),
        address(4, ['bob'], 'c@example.com'),
      ),
    )
    const ran = await run(path, '--json')
    expect(ran.jsonLines().slice(0, -1)).toEqual([
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '4',
        reason: 'its user ["bob"] is not in the source',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '2',
        reason: 'is in the source twice',
      },
      {
        kind: 'refused',
        table: 'account_emailaddress',
        key: '3',
        reason: 'its user 8 does not exist',
      },
    ])
  })

  test('goes into the report file when there is one', async () => {
    await run(save('bad.json', fixture({ ...ALICE, pk: 'x' })), '--report', 'findings.jsonl')
    expect(JSON.parse(readFileSync(join(directory, 'findings.jsonl'), 'utf8'))).toMatchObject({
      kind: 'refused',
      key: 'x',
    })
  })
})

test('tells whose names differ in case alone and who share a verified address, and keeps them', async () => {
  const address = (pk: number, userId: number, email: string) => ({
    model: 'account.emailaddress',
    pk,
    fields: { user: userId, email, verified: true, primary: true },
  })
  const path = save(
    'conflicts.json',
    fixture(
      user(1, { username: 'Straße' }),
      user(2, { username: 'STRASSE' }),
      address(1, 1, 'Same@example.com'),
      address(2, 2, 'same@Example.com'),
    ),
  )
  const ran = await run(path, '--json')
  expect(ran.code).toBe(0)
  expect(ran.jsonLines().slice(0, -1)).toEqual([
    {
      kind: 'conflict',
      table: 'auth_user',
      key: '1, 2',
      reason: 'share the username "strasse" but for its case',
    },
    {
      kind: 'conflict',
      table: 'account_emailaddress',
      key: 'of users 1,2',
      reason: 'have all verified "same@example.com"',
    },
  ])
  expect(await rows('select count(*) as count from users')).toEqual([{ count: 2 }])
})

describe('passwords', () => {
  test('are counted by how they are stored', async () => {
    const path = save(
      'passwords.json',
      fixture(
        user(1, {}),
        user(2, { password: '!' }),
        user(3, { password: 'sha1$salt$0123' }),
        user(4, { password: '0123456789abcdef0123456789abcdef' }),
      ),
    )
    const ran = await run(path, '--json')
    expect(ran.jsonLines().at(-1)?.['passwords']).toEqual({
      verifiable: { md5: 1 },
      unreadable: { sha1: 1, unsalted: 1 },
      unusable: 1,
    })
  })

  test('of chosen algorithms become unusable, the same way again', async () => {
    const path = save(
      'md5.json',
      fixture(user(1, {}), user(2, { password: 'pbkdf2_sha256$1$a$b' })),
    )
    await run(path, '--reset-passwords', 'md5,argon2')
    const first = await rows('select password from users order by id')
    expect(first).toEqual([
      { password: expect.stringMatching(/^![0-9a-f]{40}$/) },
      { password: 'pbkdf2_sha256$1$a$b' },
    ])
    const again = await run(path, '--reset-passwords', 'md5,argon2', '--json')
    expect(countsOf(again)['auth_user']).toMatchObject({ unchanged: 2 })
  })
})

test('tells of tables that have no place here', async () => {
  const group = { model: 'auth.group', pk: 1, fields: { name: 'editors' } }
  const ran = await run(save('groups.json', fixture(ALICE, group, { ...group, pk: 2 })), '--json')
  expect(ran.jsonLines()[0]).toEqual({
    kind: 'note',
    table: 'auth.group',
    key: '',
    reason: '2 rows are not imported: they have no place here',
  })
})

describe('a call that makes no sense', () => {
  test.each([
    [[], 2, 'Which SOURCE?'],
    [['x.json', '--batch-size', '0'], 2, '--batch-size is a number from 1 to 10000.'],
    [['x.json', '--user-table', 'a"b'], 2, 'a"b is no name of a table or column.'],
    [['x.json', '--what'], 2, "Unknown option '--what'"],
    [['absent.sqlite3'], 1, 'absent.sqlite3 cannot be read'],
  ])('is refused: %j', async (args, code, fault) => {
    const ran = await run(...args)
    expect(ran.code).toBe(code)
    expect(ran.said).toContain(fault)
  })

  test('is told when the database is not there', async () => {
    save('alice.json', fixture(ALICE))
    const elsewhere = { env: { ...env, TURSO_DATABASE_URL: 'http://127.0.0.1:1' }, directory }
    const ran = await manage(elsewhere, 'import-django', 'alice.json')
    expect(ran).toMatchObject({
      code: 4,
      said: 'The database cannot be reached, or does not answer in time.\n',
    })
  }, 30_000)
})
