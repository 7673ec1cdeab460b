import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { manage } from './console.ts'
import { generateDjango } from './django.ts'
import {
  ALICE,
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

const USERS = 130

beforeAll(async () => {
  await generateDjango(join(directory, 'django.sqlite3'), USERS)
}, 60_000)

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
    await run('django.sqlite3', '--batch-size', '7', '--at-once', '5')
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

test('a SQLite file with ids that no account here may have is imported but for these, each told', async () => {
  const file = join(directory, 'ids.sqlite3')
  writeFileSync(file, readFileSync(join(directory, 'django.sqlite3')))
  const database = new DatabaseSync(file)
  const ids = ['-1', '0', '9007199254740993', '9223372036854775807']
  database.exec(`
    alter table auth_user add column place text;
    insert into auth_group (id, name) values (77, 'editors');
    insert into auth_user_groups (user_id, group_id) values (6, 77)`)
  for (const [index, id] of ids.entries()) {
    database.exec(`
      create temp table copied as select * from auth_user where id = 6;
      update copied set id = ${id}, username = 'Ж${index}';
      insert into auth_user select * from copied; drop table copied;
      insert into auth_user_groups (user_id, group_id) values (${id}, 77)`)
  }
  database.close()
  const ran = await run('ids.sqlite3', '--json')
  expect(ran.code, ran.said).toBe(1)
  const refused = ran
    .jsonLines()
    .filter(({ kind, table }) => kind === 'refused' && table === 'auth_user')
  expect(refused.map(({ key }) => key)).toEqual(ids)
  expect(countsOf(ran)['auth_user']).toMatchObject({ read: USERS + 4, inserted: USERS, refused: 4 })
  expect(
    await rows(
      "select user_id from group_members where group_id = (select id from groups where name = 'editors')",
    ),
  ).toEqual([{ user_id: 6 }])
})

describe('passwords', () => {
  test('are counted by how they are stored, and a report names those that nobody can verify', async () => {
    const path = save(
      'passwords.json',
      fixture(
        user(1, {}),
        user(2, { password: '!' }),
        user(3, { password: 'sha1$salt$0123' }),
        user(4, { password: 'crypt$$abcdefghijklm' }),
        user(5, {
          password: 'bcrypt$$2b$04$abcdefghijklmnopqrstuuiCiI1tpvBXwX4Hcxl4aZUW6LU1XqxRe',
        }),
      ),
    )
    const ran = await run(path, '--json')
    expect(ran.jsonLines().at(-1)?.['passwords']).toEqual({
      verifiable: { bcrypt: 1 },
      wrapped: { md5: 1 },
      unreadable: { sha1: 1, crypt: 1 },
      unusable: 1,
    })
    const told = { kind: 'password', table: 'auth_user' }
    const named = [
      { ...told, key: '3', reason: expect.stringContaining('its password (sha1) cannot') },
      { ...told, key: '4', reason: expect.stringContaining('its password (crypt) cannot') },
    ]
    expect(ran.jsonLines().slice(0, -1)).toEqual(named)
    const screen = await run(path, '--report', 'report.jsonl')
    expect(screen.out).toContain('1 md5, weak and therefore wrapped')
    const report = readFileSync(join(directory, 'report.jsonl'), 'utf8').trim().split('\n')
    expect(report.map((line): unknown => JSON.parse(line))).toEqual(named)
    expect((await run(path)).said).not.toContain('its password')
  })

  test('of weak kinds are wrapped, the same again the next time, and kept where that is asked for', async () => {
    const weak = [
      'md5$salt$d653ea7ea31e77b41041e7e3d32e3e4a',
      'd653ea7ea31e77b41041e7e3d32e3e4a',
      'sha1$salt$' + '0'.repeat(40),
      'pbkdf2_sha256$99999$salt$YWJj',
      'pbkdf2_sha1$1000$salt$YWJj',
    ]
    const strong = 'pbkdf2_sha256$100000$salt$YWJj'
    const all = [...weak, strong]
    const path = save(
      'weak.json',
      fixture(...all.map((password, at) => user(at + 1, { password }))),
    )
    await run(path)
    const first = await rows('select password from users order by id')
    for (const { password } of first.slice(0, -1)) {
      expect(password).toMatch(/^pbkdf2_wrapped\$1000\$[0-9a-f]{15}\$[\w+/]{43}=\$/)
      expect(String(password).length).toBeLessThanOrEqual(128)
    }
    expect(first.at(-1)).toEqual({ password: strong })
    expect(JSON.stringify(first)).not.toMatch(/d653ea7ea|0{20}|YWJj.*YWJj/)
    for (const args of [[], ['--dry-run'], ['--update']]) {
      const again = await run(path, ...args, '--json')
      expect(countsOf(again)['auth_user']).toMatchObject({ unchanged: all.length })
    }
    expect(await rows('select password from users order by id')).toEqual(first)
    await run(path, '--weak-hashes', 'keep', '--update')
    expect(await rows('select password from users order by id')).toEqual(
      all.map((password) => ({ password })),
    )
  })

  test('of chosen algorithms become unusable, the same way again', async () => {
    const path = save(
      'md5.json',
      fixture(user(1, {}), user(2, { password: 'pbkdf2_sha256$100000$a$b' })),
    )
    await run(path, '--reset-passwords', 'md5,argon2')
    const first = await rows('select password from users order by id')
    expect(first).toEqual([
      { password: expect.stringMatching(/^![0-9a-f]{40}$/) },
      { password: 'pbkdf2_sha256$100000$a$b' },
    ])
    const again = await run(path, '--reset-passwords', 'md5,argon2', '--json')
    expect(countsOf(again)['auth_user']).toMatchObject({ unchanged: 2 })
  })
})

test('says where the time went', async () => {
  const ran = await run(save('alice.json', fixture(ALICE)))
  expect(ran.out).toMatch(
    /^Of this: reading the source [\d.]+ s, looking for conflicts [\d.]+ s, .*waiting for the database [\d.]+ s, the rest [\d.]+ s\.$/m,
  )
})

test('tells of tables that have no place here', async () => {
  const group = { model: 'otp_totp.totpdevice', pk: 1, fields: { name: 'editors' } }
  const ran = await run(save('groups.json', fixture(ALICE, group, { ...group, pk: 2 })), '--json')
  expect(ran.jsonLines()[0]).toEqual({
    kind: 'note',
    table: 'otp_totp.totpdevice',
    key: '',
    reason: '2 rows are not imported: no place for them here',
  })
})

describe('a call that makes no sense', () => {
  test.each([
    [[], 2, 'Which SOURCE?'],
    [['x.json', '--batch-size', '0'], 2, '--batch-size is a number from 1 to 10000.'],
    [['x.json', '--at-once', '17'], 2, '--at-once is a number from 1 to 16.'],
    [['x.json', '--user-table', 'a"b'], 2, 'a"b is no name of a table or column.'],
    [['x.json', '--weak-hashes', 'no'], 2, '--weak-hashes is wrap or keep.'],
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
      said: 'The database at 127.0.0.1:1 cannot be reached, or refuses the token.\n',
    })
  }, 30_000)
})
