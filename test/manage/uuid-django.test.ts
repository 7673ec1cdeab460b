import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestApp } from '../support/app.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { DJANGO_SECRET_KEY, djangoWith } from './django.ts'

// A Django project whose users are known by UUIDs: in, with the same ids for clients, and back.

let sqld: Sqld
let directory: string
let before: State

const USER_FIELDS = {
  city: { max_length: 40, django: 'members_member.city' },
  'profile.company': { max_length: 80, django: 'members_profile.company' },
}
const IDS = ['ada', 'bob', 'eve'].map((_, at) => `0000000${at}-aaaa-4bbb-8ccc-00000000000${9 - at}`)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'uuid-django-'))
  sqld = await startSqld()
  await project('migrate', '--run-syncdb', '-v0')
  await python(PEOPLE)
  before = (await python(STATE)) as State
  const apps = ['contenttypes', 'auth', 'members', 'account', 'authtoken', 'socialaccount']
  const models = [...apps, 'token_blacklist']
  await project('dumpdata', ...models, '--output', join(directory, 'ids.json'))
  const natural = ['--natural-foreign', 'auth.group', ...models.slice(2), '--output']
  await project('dumpdata', ...natural, join(directory, 'natural.json'))
}, 60_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(() => sqld.resetDatabase())

function project(...args: readonly string[]): Promise<string> {
  const DJANGO_DATABASE = join(directory, 'django.sqlite3')
  return djangoWith({ DJANGO_DATABASE, DJANGO_SETTINGS_MODULE: 'uuid_settings' }, ...args)
}

async function python(code: string): Promise<unknown> {
  const imports = `import json
from members.models import Member, Profile
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, Permission
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken`
  return JSON.parse((await project('shell', '-c', `${imports}\n${code}`)) || 'null')
}

const PEOPLE = `
editors = Group.objects.create(name="editors")
for number, (name, key) in enumerate(zip(["ada", "bob", "eve"], ${JSON.stringify(IDS)})):
    user = Member.objects.create_user(name, f"{name}@example.com", "right-horse-staple", id=key, city=f"City {number}")
    EmailAddress.objects.create(user=user, email=user.email, verified=number < 2, primary=True)
    Token.objects.create(user=user, key=f"{number}" * 40)
    if number < 2:
        user.groups.add(editors)
        Profile.objects.create(user=user, company=f"{name} & co")
user.user_permissions.add(Permission.objects.get(codename="add_member"))
SocialAccount.objects.create(user=user, provider="google", uid="42", extra_data={})
RefreshToken.for_user(user).blacklist()`

type State = {
  readonly users: readonly unknown[]
  readonly rows: readonly unknown[]
  readonly access: string
}

const STATE = `
print(json.dumps({"users": [[str(user.pk), user.username, user.email, user.city,
    sorted(user.groups.values_list("name", flat=True)),
    sorted(user.user_permissions.values_list("codename", flat=True)),
    [p.company for p in Profile.objects.filter(user=user)]] for user in Member.objects.order_by("username")],
  "rows": [[[str(row.user_id), row.email, row.verified, row.primary] for row in EmailAddress.objects.order_by("email")],
    [[str(row.user_id), row.key] for row in Token.objects.order_by("key")],
    [[str(row.user_id), row.provider, row.uid] for row in SocialAccount.objects.order_by("uid")],
    [[str(row.token.user_id), row.token.jti] for row in BlacklistedToken.objects.order_by("token__jti")]],
  "access": str(AccessToken.for_user(Member.objects.get(username="ada")))}))`

const TABLE = ['--user-table', 'members_member']

function run(...args: readonly string[]): Promise<Ran> {
  return runWith({ USER_PK: 'uuid' }, ...args)
}

function runWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const env = {
    TURSO_DATABASE_URL: sqld.url,
    SECRET_KEY: DJANGO_SECRET_KEY,
    USER_FIELDS: JSON.stringify(USER_FIELDS),
    ...more,
  }
  return manage({ env, directory }, ...args)
}

async function rowsOf(query: string): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await sqld.client.execute(query)
  return rows.map((row) => Object.values(row))
}

test.each(['django.sqlite3', 'ids.json', 'natural.json'])(
  '%s: clients go on seeing the UUIDs, and every table finds its users',
  async (source) => {
    const first = await run('import-django', source, ...TABLE, '--json')
    expect({ code: first.code, said: first.said }).toEqual({ code: 0, said: '' })
    const users = `select p.public_id, u.username, u.email from users u join public_ids p on p.user_id = u.id`
    const expected = before.users as readonly (readonly unknown[])[]
    expect(await rowsOf(`${users} order by u.username`)).toEqual(
      expected.map(([id, name, email]) => [id, name, email]),
    )
    const named = (table: string, columns: string) =>
      rowsOf(`select p.public_id, ${columns} from ${table} t join public_ids p using (user_id)
        order by 2`)
    expect(await named('email_addresses', 't.email')).toEqual(
      IDS.map((id, at) => [id, `${['ada', 'bob', 'eve'][at]}@example.com`]),
    )
    expect((await named('auth_tokens', 't.created_at')).length).toBe(3)
    expect(await named('social_accounts', 't.uid')).toEqual([[IDS[2], '42']])
    expect((await named('spent_refresh_tokens', 't.jti')).length).toBe(1)
    expect(await named('group_members', 't.user_id')).toEqual([
      [IDS[0], expect.anything()],
      [IDS[1], expect.anything()],
    ])
    expect(await named('user_permissions', 't.permission')).toEqual([
      [IDS[2], 'members.add_member'],
    ])
    const documents = await named('own_fields', 't.document')
    expect(documents.map(([id, text]) => [id, JSON.parse(String(text)) as unknown])).toEqual([
      [IDS[0], { city: 'City 0', 'profile.company': 'ada & co' }],
      [IDS[1], { city: 'City 1', 'profile.company': 'bob & co' }],
      [IDS[2], { city: 'City 2' }],
    ])
    const second = await run('import-django', source, ...TABLE, '--json')
    const summary: { tables: Readonly<Record<string, Readonly<Record<string, number>>>> } =
      JSON.parse(second.out.trim().split('\n').at(-1) ?? '{}')
    for (const [name, counts] of Object.entries(summary.tables)) {
      expect({ name, ...counts }).toMatchObject({ inserted: 0, updated: 0, refused: 0 })
    }
  },
)

test.each([
  ['a token', {}, () => `Token ${'0'.repeat(40)}`],
  ['a JWT', { USE_JWT: 'true' }, () => `Bearer ${before.access}`],
])('%s of Django’s works, and user/ shows the UUID', async (_what, more, authorization) => {
  const env = { ...more, USER_PK: 'uuid', SECRET_KEY: DJANGO_SECRET_KEY }
  const app = await createTestApp({ env, now: new Date() })
  const { TURSO_DATABASE_URL } = app.settings
  await runWith(
    { USER_PK: 'uuid', TURSO_DATABASE_URL },
    'import-django',
    'django.sqlite3',
    ...TABLE,
  )
  const response = await app.request('user/', { headers: { Authorization: authorization() } })
  expect(await response.json()).toMatchObject({ pk: IDS[0], username: 'ada' })
  const login = { username: 'ada', password: 'right-horse-staple' }
  expect((await app.post('login/', login)).status).toBe(200)
})

test('all of it comes back as it was, and who came meanwhile has the UUID that clients saw', async () => {
  await run('import-django', 'django.sqlite3', ...TABLE)
  await run('createuser', 'new', '--email', 'new@example.com', '--no-password')
  const [[publicId] = []] = await rowsOf(
    "select public_id from public_ids where user_id = (select id from users where username = 'new')",
  )
  await run('export-django', 'back.json', ...TABLE)
  const told = await project('load_rest_auth_edge', join(directory, 'back.json'))
  expect(told).toMatch(/1 {2}users created/)
  expect(told).toMatch(/3 {2}users unchanged/)
  const after = (await python(`${STATE}
Member.objects.filter(username="new").delete()`)) as State
  expect(after.users.slice(0, 3)).toEqual(before.users)
  expect(after.users[3]).toEqual([publicId, 'new', 'new@example.com', '', [], [], []])
  const [addresses, ...others] = after.rows
  expect(others).toEqual(before.rows.slice(1))
  expect((addresses as readonly unknown[]).length).toBe(4)
})

test('without the setting nothing is taken, and it says what to set', async () => {
  const refused = await runWith({}, 'import-django', 'django.sqlite3', ...TABLE)
  expect(refused.code).not.toBe(0)
  expect(refused.said).toContain('set USER_PK = "uuid"')
  expect(await rowsOf('select count(*) from users')).toEqual([[0]])
})

test('an import that was killed between a page of users and their UUIDs goes on', async () => {
  await run('import-django', 'django.sqlite3', ...TABLE)
  await sqld.client.execute('delete from public_ids')
  const again = await run('import-django', 'django.sqlite3', ...TABLE, '--json')
  expect(again.code).toBe(0)
  expect(await rowsOf('select count(*) from users')).toEqual([[3]])
  expect(await rowsOf('select public_id from public_ids order by public_id')).toEqual(
    IDS.map((id) => [id]),
  )
})
