import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { djangoWith } from './django.ts'

// A Django project with a user model of its own, from which accounts moved and to which they come back.

let sqld: Sqld
let directory: string
let database = 0

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'way-back-'))
  sqld = await startSqld()
  await project('migrate', '--run-syncdb', '-v0')
  await python(PEOPLE)
  const models = ['accounts.user', 'account', 'authtoken', 'socialaccount', 'token_blacklist']
  await project('dumpdata', ...models, '--output', join(directory, 'people.json'))
}, 60_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(async () => {
  await sqld.resetDatabase()
  database += 1
  copyFileSync(join(directory, '0.sqlite3'), file())
  await run('import-django', 'people.json', '--user-table', 'accounts_user')
})

/** The database of this test; before the first one, the empty one that all are copied from. */
function file(): string {
  return join(directory, `${database}.sqlite3`)
}

function project(...args: readonly string[]): Promise<string> {
  return djangoWith({ DJANGO_DATABASE: file(), DJANGO_SETTINGS_MODULE: 'custom_settings' }, ...args)
}

/** Runs Python with the project's models at hand; answers what it prints as JSON. */
async function python(code: string): Promise<unknown> {
  return JSON.parse((await project('shell', '-c', `${MODELS}\n${code}`)) || 'null')
}

const MODELS = `import json
from accounts.models import User
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken`

const PEOPLE = `
for number, name in enumerate(["ada", "bob", "eve"], 1):
    user = User.objects.create_user(name, f"{name}@example.com", "pass", phone=f"+49 {number}", plan=number)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    SocialAccount.objects.create(user=user, provider="google", uid=str(number), extra_data={"n": number})
    Token.objects.create(user=user, key=name * 10)`

const STATE = `
print(json.dumps([[user.id, user.username, user.email, user.first_name, user.phone, user.plan, user.is_active,
    [address.email for address in user.emailaddress_set.all()],
    [account.uid for account in user.socialaccount_set.all()],
    list(Token.objects.filter(user=user).values_list("key", flat=True))]
    for user in User.objects.order_by("id")]))`

const TIMES = `
print(json.dumps({token.user_id: [
    token.user.last_login and token.user.last_login.strftime("%F %T"),
    token.created.isoformat(timespec="milliseconds")]
    for token in Token.objects.all()}))`

function run(...args: readonly string[]): Promise<Ran> {
  const env = { TURSO_DATABASE_URL: sqld.url, SECRET_KEY: 'k'.repeat(40) }
  return manage({ env, directory }, ...args)
}

async function back(...args: readonly string[]): Promise<string> {
  await run('export-django', 'back.json')
  return project('load_rest_auth_edge', join(directory, 'back.json'), ...args)
}

function ada(changes: Readonly<Record<string, unknown>> = {}): readonly unknown[] {
  return person(1, 'ada', changes)
}

function person(id: number, name: string, changes: Readonly<Record<string, unknown>> = {}) {
  const row = {
    username: name,
    email: `${name}@example.com`,
    firstName: '',
    phone: `+49 ${id}`,
    plan: id,
    isActive: true,
    addresses: [`${name}@example.com`],
    uids: [String(id)],
    keys: [name.repeat(10)],
    ...changes,
  }
  return [id, ...Object.values(row)]
}

test('an account that nobody touched comes back as it was, its own columns too', async () => {
  expect(await back()).toContain('3  users unchanged')
  expect(await python(STATE)).toEqual([ada(), person(2, 'bob'), person(3, 'eve')])
})

test('nothing changes where Django keeps local times (USE_TZ = False), and what is new is UTC', async () => {
  await sqld.client.execute('update users set last_login_at = 1700000000000 where id = 3')
  const before = (await python(TIMES)) as Record<string, readonly (string | null)[]>
  await run('export-django', 'back.json')
  const variables = {
    DJANGO_DATABASE: file(),
    DJANGO_SETTINGS_MODULE: 'local_time_settings',
  }
  const said = await djangoWith(variables, 'load_rest_auth_edge', join(directory, 'back.json'))
  expect(said).toContain('2  users unchanged')
  expect(await python(TIMES)).toEqual({ ...before, 3: ['2023-11-14 22:13:20', before[3]?.[1]] })
})

test('a change at the edge arrives, and columns of the user model keep their values', async () => {
  await sqld.client.batch([
    "update users set first_name = 'Augusta', username = 'augusta', username_folded = 'augusta' where id = 1",
    "update email_addresses set email = 'new@example.com' where user_id = 1",
    'delete from social_accounts where user_id = 2',
    'delete from auth_tokens where user_id = 3',
  ])
  const said = await back()
  expect(said).toContain('1  users updated')
  expect(said).toContain('2  users unchanged')
  expect(await python(STATE)).toEqual([
    ada({ username: 'augusta', firstName: 'Augusta', addresses: ['new@example.com'] }),
    person(2, 'bob', { uids: [] }),
    person(3, 'eve', { keys: [] }),
  ])
})

test('a second time changes nothing, and a dry run nothing at all', async () => {
  await sqld.client.execute("update users set first_name = 'Augusta' where id = 1")
  const before = await python(STATE)
  expect(await back('--dry-run')).toContain('Dry run: nothing was changed.')
  expect(await python(STATE)).toEqual(before)
  await back()
  const after = await python(STATE)
  expect(await back()).toContain('3  users unchanged')
  expect(await python(STATE)).toEqual(after)
})

test('who registered at the edge is created, with a value for each column that must have one', async () => {
  await sqld.client.batch([
    "insert into users (id, username, username_folded, email, email_folded, password, date_joined_at) values (9, 'new', 'new', 'n@example.com', 'n@example.com', '!', 1)",
    "insert into email_addresses (user_id, email, email_folded, is_verified, is_primary) values (9, 'n@example.com', 'n@example.com', 1, 1)",
  ])
  await expect(back()).rejects.toThrow(/accounts\.User 9: .*plan/)
  expect(await python('print(User.objects.count())')).toBe(3)
  await back('--default', 'plan=0')
  expect(await python(STATE)).toEqual([
    ada(),
    person(2, 'bob'),
    person(3, 'eve'),
    [9, 'new', 'n@example.com', '', '', 0, true, ['n@example.com'], [], []],
  ])
})

test('names and addresses may have changed hands', async () => {
  await sqld.client.batch([
    "update users set username = 'free', username_folded = 'free' where id = 1",
    "update users set username = 'ada', username_folded = 'ada' where id = 2",
    "update users set username = 'bob', username_folded = 'bob' where id = 3",
    "update email_addresses set email = 'x@example.com' where user_id = 1",
    "update email_addresses set email = 'ada@example.com' where user_id = 2",
  ])
  await back()
  expect(await python(STATE)).toEqual([
    ada({ username: 'free', addresses: ['x@example.com'] }),
    person(2, 'bob', { username: 'ada', addresses: ['ada@example.com'] }),
    person(3, 'eve', { username: 'bob' }),
  ])
})

test('a row of the same id that is somebody else stays as it is', async () => {
  await python(`
User.objects.filter(id=2).delete()
User.objects.create_user("mallory", "m@example.com", "pass", id=2, plan=7)`)
  await expect(back()).rejects.toThrow('the id belongs to somebody else in Django, mallory')
  expect(await python(STATE)).toEqual([
    ada(),
    [2, 'mallory', 'm@example.com', '', '', 7, true, [], [], []],
    person(3, 'eve'),
  ])
})

test('who was deleted at the edge is told of, and kept out where that is asked for', async () => {
  await sqld.client.execute('delete from users where id = 2')
  expect(await back()).toContain('1  users in Django alone')
  await back('--deactivate-missing')
  expect(await python('print(json.dumps(User.objects.get(id=2).is_active))')).toBe(false)
})

test('auth tokens stay where the fixture has none and that is said', async () => {
  await run('export-django', 'back.json', '--without-tokens')
  const load = (...args: readonly string[]) =>
    project('load_rest_auth_edge', join(directory, 'back.json'), ...args)
  await load('--keep-tokens')
  expect(await python('print(Token.objects.count())')).toBe(3)
  await load()
  expect(await python('print(Token.objects.count())')).toBe(0)
})

test('refresh tokens that were spent at the edge are blacklisted, once', async () => {
  const expires = Date.now() + 86_400_000
  await sqld.client.execute(
    `insert into spent_refresh_tokens (jti, user_id, spent_at, expires_at) values ('a', 1, 1, ${expires})`,
  )
  await back()
  await back()
  expect(
    await python('print(json.dumps(list(BlacklistedToken.objects.values_list("token__jti"))))'),
  ).toEqual([['a']])
})

describe('loaddata', () => {
  test('does not take the fixture into a user model of its own, so nothing is lost', async () => {
    await run('export-django', 'back.json')
    await expect(project('loaddata', '-v0', join(directory, 'back.json'))).rejects.toThrow()
    expect(await python(STATE)).toEqual([ada(), person(2, 'bob'), person(3, 'eve')])
  })
})
