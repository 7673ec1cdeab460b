import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { settingsOf } from '../support/settings.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { djangoWith } from './django.ts'

// A Django project with columns of its own, a profile, groups and permissions: in, and back, and nothing is lost.

let sqld: Sqld
let directory: string

const USER_FIELDS = {
  phone: { type: 'phone', unique: true, django: 'accounts_user.phone' },
  birthday: { type: 'date', django: 'accounts_user.birthday' },
  plan: { type: 'integer', write: 'server', django: 'accounts_user.plan' },
  'profile.company': { max_length: 80, django: 'accounts_profile.company' },
  'profile.tags': { type: 'json', django: 'accounts_profile.tags' },
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'own-fields-'))
  sqld = await startSqld()
  await project('migrate', '--run-syncdb', '-v0')
  await python(PEOPLE)
  const models = ['contenttypes', 'auth', 'accounts']
  await project('dumpdata', ...models, '--output', join(directory, 'ids.json'))
  const natural = ['--natural-foreign', 'auth.group', 'accounts', '--output']
  await project('dumpdata', ...natural, join(directory, 'natural.json'))
}, 60_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(() => sqld.resetDatabase())

function project(...args: readonly string[]): Promise<string> {
  const DJANGO_DATABASE = join(directory, 'django.sqlite3')
  return djangoWith({ DJANGO_DATABASE, DJANGO_SETTINGS_MODULE: 'custom_settings' }, ...args)
}

async function python(code: string): Promise<unknown> {
  const imports = `import json
from accounts.models import Profile, User
from django.contrib.auth.models import Group, Permission`
  return JSON.parse((await project('shell', '-c', `${imports}\n${code}`)) || 'null')
}

const PEOPLE = `
editors = Group.objects.create(name="editors")
editors.permissions.add(Permission.objects.get(codename="change_profile"))
Group.objects.create(name="empty")
for number, name in enumerate(["ada", "bob", "eve"], 1):
    user = User.objects.create_user(name, f"{name}@example.com", "pass", phone=f"+49 89 {number}00000", plan=number)
    if number < 3:
        user.groups.add(editors)
        Profile.objects.create(user=user, company=f"{name} & co", tags={"n": number})
user.user_permissions.add(Permission.objects.get(codename="add_user"))
User.objects.filter(pk=3).update(phone="call me", birthday="1815-12-10")`

function run(...args: readonly string[]): Promise<Ran> {
  const env = {
    TURSO_DATABASE_URL: sqld.url,
    SECRET_KEY: 'k'.repeat(40),
    USER_FIELDS: JSON.stringify(USER_FIELDS),
  }
  return manage({ env, directory }, ...args)
}

async function rowsOf(query: string): Promise<readonly (readonly unknown[])[]> {
  const { rows } = await sqld.client.execute(query)
  return rows.map((row) => Object.values(row))
}

const SOURCES = ['django.sqlite3', 'ids.json', 'natural.json']

test.each(SOURCES)('%s brings own columns, profiles, groups and permissions', async (source) => {
  const first = await run('import-django', source, '--user-table', 'accounts_user', '--json')
  expect(first.out).toContain('its phone is left out: phone_invalid')
  const documents = await rowsOf('select document from own_fields order by user_id')
  expect(documents.map(([text]): unknown => JSON.parse(String(text)))).toEqual([
    { phone: '+4989100000', plan: 1, 'profile.company': 'ada & co', 'profile.tags': { n: 1 } },
    { phone: '+4989200000', plan: 2, 'profile.company': 'bob & co', 'profile.tags': { n: 2 } },
    { birthday: '1815-12-10', plan: 3 },
  ])
  expect(await rowsOf('select folded, user_id from own_field_keys order by user_id')).toEqual([
    ['+4989100000', 1],
    ['+4989200000', 2],
  ])
  expect(await rowsOf('select name from groups order by name')).toEqual([['editors'], ['empty']])
  expect(await rowsOf('select permission, model from group_permissions')).toEqual([
    ['accounts.change_profile', 'profile'],
  ])
  expect(await rowsOf('select user_id from group_members order by user_id')).toEqual([[1], [2]])
  expect(await rowsOf('select user_id, permission, model from user_permissions')).toEqual([
    [3, 'accounts.add_user', 'user'],
  ])
  const second = await run('import-django', source, '--user-table', 'accounts_user', '--json')
  expect(summaryOf(second)).toMatchObject({
    auth_group: { read: 2, inserted: 0, unchanged: 2 },
    accounts_user_groups: { read: 2, inserted: 0, unchanged: 2 },
    'accounts_user (own fields)': { read: 3, inserted: 0, updated: 0, unchanged: 3 },
    'accounts_profile (own fields)': { read: 2, inserted: 0, updated: 0, unchanged: 2 },
  })
})

function summaryOf({ out }: Ran): unknown {
  const line = out.trim().split('\n').at(-1) ?? '{}'
  const summary: { tables?: unknown } = JSON.parse(line)
  return summary.tables
}

const STATE = `
print(json.dumps([[user.pk, user.username, user.phone, str(user.birthday), user.plan,
    sorted(user.groups.values_list("name", flat=True)),
    sorted(user.user_permissions.values_list("codename", flat=True)),
    [[p.company, p.tags] for p in Profile.objects.filter(user=user)]]
    for user in User.objects.order_by("id")] + [[g.name, sorted(g.permissions.values_list("codename", flat=True))]
    for g in Group.objects.order_by("name")]))`

async function back(): Promise<string> {
  await run('export-django', 'back.json', '--user-table', 'accounts_user')
  return project('load_rest_auth_edge', join(directory, 'back.json'))
}

test('settings-from-django proposes a mapping, open to nobody but the server', async () => {
  writeFileSync(join(directory, 'settings.py'), 'DEBUG = False\n')
  const files = ['settings.py', '--database', 'django.sqlite3', '--user-table', 'accounts_user']
  const proposed = await run('settings-from-django', ...files, '--json')
  const closed = { read: 'server', write: 'server' }
  const { vars }: { vars: Record<string, unknown> } = JSON.parse(proposed.out)
  expect(vars['USER_FIELDS']).toEqual({
    phone: { max_length: 20, ...closed, django: 'accounts_user.phone' },
    birthday: { type: 'date', ...closed, django: 'accounts_user.birthday' },
    plan: { type: 'integer', ...closed, django: 'accounts_user.plan' },
    'profile.company': { max_length: 80, ...closed, django: 'accounts_profile.company' },
    'profile.tags': { type: 'json', ...closed, django: 'accounts_profile.tags' },
  })
  expect(() => settingsOf(vars)).not.toThrow()
})

test('all of it comes back as it was, but for phone numbers, whose grouping is not kept', async () => {
  const before = await python(STATE)
  await run('import-django', 'django.sqlite3', '--user-table', 'accounts_user')
  expect(await back()).toContain('2  users updated')
  const normal = JSON.stringify(before).replaceAll(/\+49 89 (\d+)/g, '+4989$1')
  expect(await python(STATE)).toEqual(JSON.parse(normal))
  const again = await back()
  expect(again).toContain('3  users unchanged')
  expect(again).not.toMatch(/groups|permissions|rows (?:created|updated)/)
})

test('what changed at the edge arrives', async () => {
  await run('import-django', 'django.sqlite3', '--user-table', 'accounts_user')
  const tool = (...args: readonly string[]) => run('user', ...args)
  await tool('withdraw', 'ada', '--group', 'editors')
  await tool('grant', 'eve', '--group', 'new', '--group', 'editors')
  await tool('set-fields', 'eve', 'phone=+4989300000', 'profile.company=Eve', 'profile.tags=[1]')
  await back()
  const state = JSON.stringify(await python(STATE))
  expect(state).toContain('[1,"ada","+4989100000","None",1,[],[],[["ada & co",{"n":1}]]]')
  const eve = '[3,"eve","+4989300000","1815-12-10",3,["editors","new"],["add_user"],[["Eve",[1]]]]'
  expect(state).toContain(eve)
  expect(state).toContain('["new",[]]')
})
