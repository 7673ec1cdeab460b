import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPrivateFile } from '../../src/manage/private-file.ts'
import { hashOf } from '../support/seed.ts'
import { createTestApp } from '../support/app.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { django, djangoJson, generateDjango, type DjangoSample } from './django.ts'

let sqld: Sqld
let directory: string
let env: Record<string, string>
let samples: readonly DjangoSample[]

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'export-django-'))
  sqld = await startSqld()
  env = { TURSO_DATABASE_URL: sqld.url, SECRET_KEY: 'k'.repeat(40) }
  samples = await generateDjango(join(directory, 'django.sqlite3'), 60)
}, 60_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(async () => {
  await sqld.resetDatabase()
})

function run(...args: readonly string[]): Promise<Ran> {
  return manage({ env, directory }, ...args)
}

type Entry = {
  readonly model: string
  readonly pk: number | string
  readonly fields: Readonly<Record<string, unknown>>
}

function entriesOf(json: string): Readonly<Record<string, unknown>> {
  const entries: readonly Entry[] = JSON.parse(json)
  return Object.fromEntries(
    entries.map(({ model, pk, fields }) => [`${model} ${pk}`, withoutBlanks(fields)]),
  )
}

/** `.000` of a time that Django cut to milliseconds says nothing; nor do blanks in JSON. */
function withoutBlanks(fields: Entry['fields']): unknown {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === 'extra_data')
        return [name, typeof value === 'string' ? JSON.parse(value) : value]
      return [name, typeof value === 'string' ? value.replace(/\.000Z$/, 'Z') : value]
    }),
  )
}

const MODELS = ['auth.user', 'account', 'authtoken.token', 'socialaccount.socialaccount']

test('what was imported is exported as Django had it, loads there, and logs in there', async () => {
  const source = join(directory, 'django.sqlite3')
  const copy = join(directory, 'copy.sqlite3')
  await run('import-django', 'django.sqlite3', '--weak-hashes', 'keep')
  const ran = await run('export-django', 'out.json')
  expect(ran.code).toBe(0)
  await django(copy, 'migrate', '-v0')
  await django(copy, 'loaddata', '-v0', join(directory, 'out.json'))
  const [before, after] = await Promise.all([
    django(source, 'dumpdata', ...MODELS),
    django(copy, 'dumpdata', ...MODELS),
  ])
  expect(entriesOf(after)).toEqual(entriesOf(before))

  // Django 3.2 has no scrypt hasher; 4.0 and later do.
  const known = samples.filter(({ kind }) => !['scrypt', 'unusable'].includes(kind))
  writeFileSync(join(directory, 'known.json'), JSON.stringify(known))
  const results = await djangoJson(
    copy,
    `import json
from django.contrib.auth import authenticate
from rest_framework_simplejwt.tokens import RefreshToken, TokenError
known = json.load(open(${JSON.stringify(join(directory, 'known.json'))}))
def refused(token):
    try:
        RefreshToken(token)
    except TokenError as error:
        return str(error)
print(json.dumps([[
    getattr(authenticate(username=user["username"], password=user["password"]), "id", None),
    [refused(token) for token in user["refresh"]],
] for user in known]))`,
  )
  expect(results).toEqual(
    known.map((user) => [
      user.isActive ? user.id : null,
      user.refresh.length === 0
        ? []
        : [null, 'Token is blacklisted', 'Token is invalid or expired'],
    ]),
  )
}, 90_000)

test('hashes that were wrapped at the import log in at Django, too', async () => {
  const copy = join(directory, 'wrapped.sqlite3')
  const cheap = { env: { ...env, PASSWORD_PBKDF2_ITERATIONS: '1000' }, directory }
  await manage(cheap, 'import-django', 'django.sqlite3')
  await run('export-django', 'wrapped.json')
  const fixture = readFileSync(join(directory, 'wrapped.json'), 'utf8')
  expect(fixture.match(/"password":"pbkdf2_wrapped\$/g)).toHaveLength(18)
  await django(copy, 'migrate', '-v0')
  await django(copy, 'loaddata', '-v0', join(directory, 'wrapped.json'))
  const weak = samples.filter(({ kind, isActive }) => isActive && /^md5|^pbkdf2/.test(kind))
  const asked = weak.map(({ username, password }) => [username, password])
  const results = await djangoJson(
    copy,
    `import json
from django.contrib.auth import authenticate
for name, password in ${JSON.stringify(asked)}:
    assert authenticate(username=name, password=password + "x") is None
print(json.dumps([authenticate(username=name, password=password).password.split("$")[0] for name, password in ${JSON.stringify(asked)}]))`,
  )
  expect(results).toEqual(weak.map(() => 'pbkdf2_sha256'))
}, 90_000)

test('the fixture goes back into the Django that it came from, whose groups stay', async () => {
  const home = join(directory, 'home.sqlite3')
  copyFileSync(join(directory, 'django.sqlite3'), home)
  await django(
    home,
    'shell',
    '-c',
    `from django.contrib.auth.models import Group, User
User.objects.get(id=2).groups.add(Group.objects.create(name="editors"))`,
  )
  await run('import-django', 'django.sqlite3')
  await sqld.client.batch([
    "update users set first_name = 'Changed' where id = 2",
    'delete from auth_tokens where user_id = 4',
    "update email_addresses set email = 'other@example.com' where user_id = 2",
  ])
  await run('export-django', 'back.json')
  await django(home, 'load_rest_auth_edge', join(directory, 'back.json'))
  const found = await djangoJson(
    home,
    `import json
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
user = User.objects.get(id=2)
print(json.dumps([user.first_name, [group.name for group in user.groups.all()], User.objects.count(),
    Token.objects.filter(user_id=4).count(), Token.objects.get(user_id=2).key,
    [address.email for address in EmailAddress.objects.filter(user_id=2)]]))`,
  )
  expect(found).toEqual(['Changed', ['editors'], 60, 0, samples[1]?.key, ['other@example.com']])
}, 90_000)

test('a password that was set here logs in at Django with the hasher class', async () => {
  const app = await createTestApp({ env: { PASSWORD_PBKDF2_CALLS: '3' } })
  const password = await hashOf(app.deps(), 'a new pass phrase')
  await sqld.client.execute({
    sql: "insert into users (id, username, username_folded, password, date_joined_at) values (9, 'new', 'new', ?, 1)",
    args: [password],
  })
  await run('export-django', 'new.json')
  const copy = join(directory, 'new.sqlite3')
  await django(copy, 'migrate', '-v0')
  await django(copy, 'loaddata', '-v0', join(directory, 'new.json'))
  const rewritten = await djangoJson(
    copy,
    `import json
from django.contrib.auth import authenticate
print(json.dumps([authenticate(username="new", password=word).password.split("$")[0] if authenticate(username="new", password=word) else None for word in ["a new pass phrase", "another"]]))`,
  )
  expect(password).toMatch(/^pbkdf2_sha256_chain\$3x1000\$/)
  expect(rewritten).toEqual(['pbkdf2_sha256', null])
}, 60_000)

describe('a fixture', () => {
  beforeEach(async () => {
    await run('import-django', 'django.sqlite3')
  })

  test('may be JSON lines, of another user model, without tokens', async () => {
    const args = ['--user-model', 'accounts.User', '--no-own-columns', '--without-tokens']
    const ran = await run('export-django', 'out.jsonl', ...args)
    expect(ran.said).toContain('Warning: manage.py loaddata resets every column of accounts.user')
    const lines: readonly Entry[] = readFileSync(join(directory, 'out.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const models = new Set(lines.map(({ model }) => model))
    expect([...models]).toEqual([
      'accounts.user',
      'account.emailaddress',
      'socialaccount.socialaccount',
    ])
  })

  test('goes to the standard output, and names the user by e-mail address alone', async () => {
    const ran = await run('export-django', '-', '--username-field', 'email')
    const [first]: readonly Entry[] = JSON.parse(ran.out)
    expect(Object.keys(first?.fields ?? {})).not.toContain('username')
    expect(first?.fields['email']).toContain('.1@Example.com')
    expect(ran.said).toMatch(/^Exported: .*users \d+, .*email addresses \d+/)
  })

  test('of another user model is refused without the word that loaddata loses nothing', async () => {
    const ran = await run('export-django', 'refused.json', '--user-model', 'accounts.User')
    expect(ran.code).toBe(2)
    expect(ran.said).toContain('docs/load_rest_auth_edge.py')
    expect(existsSync(join(directory, 'refused.json'))).toBe(false)
  })

  test('is for nobody else to read, whatever file was there', async () => {
    const path = join(directory, 'private.json')
    writeFileSync(path, 'old', { mode: 0o644 })
    const reader = openSync(path, 'r')
    linkSync(path, `${path}.linked`)
    await run('export-django', 'private.json')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${path}.linked`, 'utf8')).toBe('old')
    expect(readFileSync(reader, 'utf8')).toBe('old')
    closeSync(reader)
  })

  test('follows no symbolic link', async () => {
    const target = join(directory, 'elsewhere.json')
    writeFileSync(target, 'precious')
    symlinkSync(target, join(directory, 'link.json'))
    symlinkSync(join(directory, 'nowhere.json'), join(directory, 'dangling.json'))
    for (const name of ['link.json', 'dangling.json']) {
      const ran = await run('export-django', name)
      expect(ran).toMatchObject({ code: 1 })
      expect(ran.said).toContain('is a symbolic link')
    }
    expect(readFileSync(target, 'utf8')).toBe('precious')
    expect(existsSync(join(directory, 'nowhere.json'))).toBe(false)
  })

  test('that fails leaves the file before it, and nothing beside it', async () => {
    const path = join(directory, 'kept.json')
    writeFileSync(path, 'before')
    await sqld.client.execute('alter table social_accounts rename to gone')
    const ran = await run('export-django', 'kept.json').catch(() => undefined)
    await sqld.client.execute('alter table gone rename to social_accounts')
    expect(ran?.code).not.toBe(0)
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('that cannot take its name leaves nothing beside it', () => {
    const path = join(directory, 'taken.json')
    const file = openPrivateFile(path)
    file.write('secret')
    mkdirSync(path)
    expect(file.keep).toThrow('EISDIR')
    file.discard()
    expect(readdirSync(directory).filter((name) => name.startsWith('taken'))).toEqual([
      'taken.json',
    ])
  })

  test('tells whose tokens no secret opens', async () => {
    const other = { env: { ...env, SECRET_KEY: 'o'.repeat(40) }, directory }
    const ran = await manage(other, 'export-django', 'out.json', '--json')
    expect(ran.code).toBe(1)
    const sealed = Array.from({ length: 30 }, (_, index) => 2 * (index + 1))
    expect(JSON.parse(ran.said)).toMatchObject({ sealedTokensOfUsers: sealed })
    const rotated = { env: { ...other.env, SECRET_KEY_FALLBACKS: 'k'.repeat(40) }, directory }
    expect((await manage(rotated, 'export-django', 'out.json')).code).toBe(0)
  })
})

test('an empty database is an empty fixture', async () => {
  const ran = await run('export-django', '-')
  expect(ran).toMatchObject({ code: 0, out: '[]\n' })
  expect(ran.said).toMatch(/^Exported: nothing\.\nInto Django: manage\.py load_rest_auth_edge FILE/)
})
