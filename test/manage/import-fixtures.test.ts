import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeChunks } from '../../src/manage/text.ts'
import { manage } from './console.ts'
import { django, generateDjango } from './django.ts'
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

  /** Django's own serializer writes its blanks and escapes again. */
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

  test('names the users of second factors, too', async () => {
    const factor = (model: string, pk: number, username: string) => ({
      model,
      pk,
      fields: {
        user: [username],
        type: 'totp',
        data: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
        created_at: '2024-01-01T00:00:00Z',
        last_used_at: null,
      },
    })
    const path = save(
      'natural-factors.json',
      fixture(
        user(40, {}),
        user(41, {}),
        factor('mfa.authenticator', 1, 'user40'),
        factor('dj_rest_auth_mfa.authenticator', 1, 'user41'),
      ),
    )
    const ran = await run(path)
    expect(ran.code, ran.said).toBe(0)
    expect(await rows('select user_id from totp_devices order by user_id')).toEqual([
      { user_id: 40 },
      { user_id: 41 },
    ])
  })

  test('names users by their addresses, each found at once', async () => {
    const count = 20_000
    const entries = Array.from({ length: count }, (_, index) => [
      user(index + 1, { username: `name${index}`, email: `u${index}@example.com`, password: '!' }),
      {
        model: 'account.emailaddress',
        pk: index + 1,
        fields: {
          user: [`u${index}@example.com`],
          email: `u${index}@example.com`,
          verified: true,
          primary: true,
        },
      },
    ])
    const ran = await run(
      save('by-address.json', fixture(...entries.flat())),
      '--dry-run',
      '--json',
    )
    expect(ran.code, ran.said).toBe(0)
    expect(countsOf(ran)['account_emailaddress']).toMatchObject({ inserted: count })
  }, 15_000)

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
    expect(lost).toMatchObject({
      code: 1,
      said: 'There is no table auth_user in the source. A user model of your own is named by its table; it may be accounts.user (--user-table accounts_user).\n',
    })
    const nameless = await run(path, '--user-table', 'accounts_user')
    expect(nameless.said).toContain('has no username: --username-column says what names a user')
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

describe('UTF-16, as PowerShell redirects into a file,', () => {
  const json = fixture({ ...ALICE, fields: { ...ALICE.fields, username: 'Älice' } })
  const csv = 'id,username,password,date_joined\r\n5,Älice,!,2020-01-01 00:00:00\r\n'

  function bigEndian(text: string): Uint8Array {
    return Buffer.from(text, 'utf16le').swap16()
  }

  test.each([
    ['little-endian JSON', 'a.json', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['little-endian JSON without a mark', 'b.json', Buffer.from(json, 'utf16le')],
    ['big-endian JSON', 'c.json', bigEndian(`\ufeff${json}`)],
    ['big-endian CSV without a mark', 'd.csv', bigEndian(csv)],
    ['compressed JSON', 'e.json.gz', gzipSync(Buffer.from(`\ufeff${json}`, 'utf16le'))],
    ['UTF-8 with a mark', 'f.csv', Buffer.from(`\ufeff${csv}`)],
  ])('is read: %s', async (_, name, bytes) => {
    const ran = await run(save(name, bytes))
    expect(ran.said).toBe('')
    expect(await rows('select username from users')).toEqual([{ username: 'Älice' }])
  })

  test('is read from a pipe that brings single bytes', async () => {
    const bytes = Buffer.from(`\ufeff${json}`, 'utf16le')
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Uint8Array.of(byte)
    }
    let text = ''
    for await (const piece of decodeChunks(pieces())) text += piece
    expect(text).toBe(json)
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

  test.each([
    ['PostgreSQL', 't', 'NULL'],
    ['MySQL', '1', ''],
  ])('of %s is read with its own NULL', async (_, yes, lastName) => {
    const path = save(
      'nulls.csv',
      `id,password,last_login,is_active,username,first_name,last_name,date_joined
7,!,\\N,${yes},"NULL",,NULL,2020-01-01 00:00:00
`,
    )
    expect((await run(path)).code).toBe(0)
    expect(await rows('select username, first_name, last_name, last_login_at from users')).toEqual([
      { username: 'NULL', first_name: '', last_name: lastName, last_login_at: null },
    ])
  })

  test.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('may separate by %s, and then hold commas', async (_, separator) => {
    const lines = [
      ['id', 'username', 'password', 'first_name', 'date_joined'],
      ['5', '"semi;colon"', '!', 'Ann, Bob', '2020-01-01 00:00:00'],
      ['6', 'plain', '!', '"a ""quoted"" one"', '2020-01-01 00:00:00'],
    ]
    const text = lines.map((fields) => fields.join(separator)).join('\r\n')
    const ran = await run(save('users.csv', `\ufeff${text}\r\n`))
    expect(ran.said).toBe('')
    expect(await rows('select username, first_name from users order by id')).toEqual([
      { username: 'semi;colon', first_name: 'Ann, Bob' },
      { username: 'plain', first_name: 'a "quoted" one' },
    ])
  })

  test('in an encoding of old is refused, not guessed', async () => {
    const text = 'id,username,password,date_joined\n5,\u00c4lice,!,2020-01-01 00:00:00\n'
    const ran = await run(save('users.csv', Buffer.from(text, 'latin1')))
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.said).toContain('utf-8')
    expect(await rows('select id from users')).toEqual([])
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
