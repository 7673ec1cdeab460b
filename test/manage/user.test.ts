import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groups } from '../../src/db/schema/roles.ts'
import { adminKeys } from '../../src/db/schema/operator.ts'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../src/db/schema/mail.ts'
import { ownFields } from '../../src/db/schema/own-fields.ts'
import { throttleHits } from '../../src/db/schema/limits.ts'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp, type TestAppOptions } from '../support/app.ts'
import { manage, type ConsoleOptions, type Ran } from './console.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manage-user-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

async function appAndTool(
  options: TestAppOptions = {},
  more: Readonly<Record<string, string>> = {},
) {
  const app = await createTestApp(options)
  const env = {
    TURSO_DATABASE_URL: app.settings.TURSO_DATABASE_URL,
    SECRET_KEY: app.settings.SECRET_KEY,
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
    ...more,
  }
  const run = (args: readonly string[], given: Partial<ConsoleOptions> = {}): Promise<Ran> =>
    manage({ env, directory, ...given }, 'user', ...args)
  const runKey = (...args: readonly string[]): Promise<Ran> =>
    manage({ env, directory }, 'admin-key', ...args)
  const { db } = app.deps()
  const events = () =>
    db.select({ kind: auditEvents.kind, detail: auditEvents.detail }).from(auditEvents)
  return { app, db, run, runKey, events }
}

const BY_OPERATOR = { by: { kind: 'operator' }, user_agent: 'manage' }
const ALICE = { id: 1, username: 'alice' }

describe('show', () => {
  test('tells all of an account by name, address or number, and no secret', async () => {
    const { run, db } = await appAndTool({ users: [aUser({ tokenKey: 'k'.repeat(40) })] })
    const shown = await run(['show', 'alice@example.com', '--json'])
    expect(shown.json()).toEqual({
      ...ALICE,
      email: 'alice@example.com',
      first_name: '',
      last_name: '',
      is_active: true,
      is_staff: false,
      is_superuser: false,
      date_joined: expect.any(String),
      last_login: null,
      groups: [],
      own_fields: {},
      permissions: [],
      has_usable_password: true,
      addresses: [{ email: 'alice@example.com', verified: true, primary: true }],
      logins: [],
      sessions: [],
      auth_token_created_at: expect.any(String),
      authenticator_app: null,
      passkeys: [],
      social_accounts: [],
      mails: [],
      events: [],
    })
    const [row] = await db.select().from(users)
    expect(shown.out).not.toContain(row?.password)
    const text = await run(['show', '--id', '1'])
    expect(text.out).toContain('alice  (id 1)  active')
    expect(text.out).toContain('address   alice@example.com  verified, primary')
    expect((await run(['show', 'nobody'])).code).toBe(1)
  })

  test('lets nothing that a stranger typed steer the terminal', async () => {
    const { run } = await appAndTool({ users: [aUser({ firstName: '\u001b[2J' })] })
    expect((await run(['show', 'alice'])).out).not.toContain('\u001b')
  })
})

describe('list', () => {
  test('shows own fields where it is asked to', async () => {
    const USER_FIELDS = JSON.stringify({
      phone: { type: 'phone' },
      plan: { type: 'choice', choices: ['free', 'pro'], default: 'free', read: 'staff' },
      tags: { type: 'json' },
    })
    const people = { users: [aUser(), aUser({ username: 'bob' })] }
    const { run, db } = await appAndTool(people, { USER_FIELDS })
    await db.insert(ownFields).values({ userId: 1, document: { phone: '+4989', tags: ['a'] } })
    const listed = await run(['list', '--fields', '--json'])
    const page = listed.json() as { readonly users: readonly { readonly fields?: unknown }[] }
    expect(page.users.map(({ fields }) => fields)).toEqual([
      { phone: '', plan: 'free', tags: null },
      { phone: '+4989', plan: 'free', tags: ['a'] },
    ])
    const shown = await run(['list', '--fields'])
    expect(shown.out).toMatch(/STATE +PHONE +PLAN/)
    expect(shown.out).toMatch(/alice.*\+4989 +free/)
    const plain = await run(['list', '--json'])
    expect(plain.out).not.toContain('fields')
  })

  test('finds by the beginning of a name or an address, page by page', async () => {
    const { run } = await appAndTool({
      users: ['alice', 'alina', 'bob'].map((username) => aUser({ username })),
    })
    const first = await run(['list', 'AL', '--limit', '1', '--json'])
    const page = first.json() as { users: { username: string }[]; next: string }
    expect(page.users.map(({ username }) => username)).toEqual(['alice'])
    const second = await run(['list', 'al', '--limit', '1', '--json', '--after', page.next])
    expect(second.json()).toMatchObject({ users: [{ username: 'alina' }], next: null })
    expect((await run(['list', '--unverified', '--json'])).json()).toEqual({
      users: [],
      next: null,
    })
    expect((await run(['list', '--verified', '--unverified'])).code).toBe(2)
  })
})

describe('set-email', () => {
  test('asks, ends what was signed in, tells the old address and asks the new one', async () => {
    const { run, app, db, events } = await appAndTool({
      users: [aUser({ tokenKey: 'k'.repeat(40) })],
    })
    const args = ['set-email', 'alice', 'New@Example.com']
    const refused = await run(args, { answers: ['bob'] })
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('Nothing was done.') })
    expect((await run(args)).code).toBe(2)
    const done = await run([...args, '--json'], { answers: ['alice'] })
    expect(done.json()).toEqual({ ...ALICE, email: 'new@example.com', changed: true })
    expect(await db.select().from(emailAddresses)).toMatchObject([
      { email: 'new@example.com', isVerified: false, isPrimary: true },
    ])
    const mails = await db.select().from(emailOutbox)
    expect(mails.map(({ kind, address }) => [kind, address])).toEqual([
      ['email_replaced', 'alice@example.com'],
      ['confirm_email', 'new@example.com'],
    ])
    expect(await events()).toMatchObject([
      {
        kind: 'email_changed',
        detail: {
          ...BY_OPERATOR,
          before: { email: 'alice@example.com' },
          after: { email: 'new@example.com', is_verified: false },
        },
      },
    ])
    const user = await app.request('/user/', {
      headers: { Authorization: `Token ${'k'.repeat(40)}` },
    })
    expect(user.status).toBe(401)
  })

  test('takes an address that somebody claims, and none that somebody has verified', async () => {
    const { run, db } = await appAndTool({
      users: [
        aUser(),
        aUser({ username: 'bob' }),
        aUser({ username: 'eve', email: 'claimed@example.com', emailVerified: false }),
      ],
    })
    const taken = await run(['set-email', 'alice', 'bob@example.com', '--yes'])
    expect(taken).toMatchObject({
      code: 1,
      said: 'Another account has verified bob@example.com.\n',
    })
    expect(await db.select().from(emailOutbox)).toEqual([])
    expect((await run(['set-email', 'alice', 'nowhere', '--yes'])).code).toBe(1)
    await run(['set-email', 'alice', 'claimed@example.com', '--verified', '--yes'])
    const rows = await db.select().from(emailAddresses)
    expect(rows.map(({ userId, email, isVerified }) => [userId, email, isVerified])).toEqual([
      [2, 'bob@example.com', true],
      [1, 'claimed@example.com', true],
    ])
    const [eve] = await db.select().from(users).where(eq(users.username, 'eve'))
    expect(eve?.email).toBe('')
  })
})

describe('verify, resend, send-reset', () => {
  test('verify marks the address once, by the operator', async () => {
    const { run, db, events } = await appAndTool({ users: [aUser({ emailVerified: null })] })
    expect((await run(['verify', 'alice', '--json'])).json()).toEqual({ ...ALICE, changed: true })
    expect(await db.select().from(emailAddresses)).toMatchObject([{ isVerified: true }])
    expect((await run(['verify', 'alice', '--json'])).json()).toEqual({ ...ALICE, changed: false })
    expect(await events()).toMatchObject([
      { kind: 'email_verified', detail: { ...BY_OPERATOR, after: { email: 'alice@example.com' } } },
    ])
  })

  test('verify leaves an address to whoever has verified it', async () => {
    const email = 'alice@example.com'
    const { run, events } = await appAndTool({
      users: [aUser(), aUser({ username: 'bob', email, emailVerified: false })],
    })
    const ran = await run(['verify', 'bob'])
    expect(ran).toMatchObject({ code: 1, said: `Another account has verified ${email}.\n` })
    expect(await events()).toEqual([])
  })

  test('resend and send-reset mail the own address only', async () => {
    const { run, db } = await appAndTool({
      users: [aUser({ emailVerified: false }), aUser({ username: 'bob', email: '' })],
    })
    expect((await run(['resend', 'alice'])).out).toBe('Mailed a link to alice@example.com.\n')
    expect((await run(['send-reset', 'alice'])).code).toBe(0)
    expect((await run(['resend', 'bob'])).said).toBe('bob has no e-mail address.\n')
    const mails = await db.select().from(emailOutbox)
    expect(mails.map(({ kind, address }) => [kind, address])).toEqual([
      ['confirm_email', 'alice@example.com'],
      ['password_reset', 'alice@example.com'],
    ])
    await run(['disable', 'alice'])
    expect((await run(['send-reset', 'alice'])).code).toBe(1)
  })
})

test('unlock lets an owner in whom strangers locked out', async () => {
  const { app, run, db, events } = await appAndTool({
    users: [aUser()],
    env: { ACCOUNT_RATE_LIMITS: '{"login_failed":"2/300s/key"}' },
  })
  const login = async (password: string) =>
    (await app.post('/login/', { username: 'alice', password })).status
  for (const password of ['wrong-horse', 'wrong-horse', 'wrong-horse']) await login(password)
  expect(await login('right-horse-staple')).toBe(429)
  expect((await run(['unlock', 'alice'])).out).toBe('Unlocked alice.\n')
  expect(await db.select().from(throttleHits).where(eq(throttleHits.key, 'x'))).toEqual([])
  expect(await login('right-horse-staple')).toBe(200)
  expect((await events()).map(({ kind }) => kind)).toContain('unlocked')
})

describe('rights and state', () => {
  test('set-staff gives rights and takes them, and is noted with before and after', async () => {
    const { run, db, events } = await appAndTool({ users: [aUser()] })
    expect((await run(['set-staff', 'alice'])).code).toBe(2)
    await run(['set-staff', 'alice', '--superuser', '--yes'])
    expect(await db.select().from(users)).toMatchObject([{ isStaff: true, isSuperuser: true }])
    const off = await run(['set-staff', 'alice', '--off', '--json'])
    expect(off.json()).toEqual({ ...ALICE, is_staff: false, is_superuser: false, changed: true })
    expect((await events())[1]).toMatchObject({
      kind: 'rights_changed',
      detail: {
        ...BY_OPERATOR,
        before: { is_staff: true, is_superuser: true },
        after: { is_staff: false, is_superuser: false },
      },
    })
  })

  test('disable and enable say whether they changed anything', async () => {
    const { run, events } = await appAndTool({ users: [aUser()] })
    const commands = [
      ['disable', 'alice'],
      ['disable', 'alice'],
      ['enable', '--id', '1'],
    ]
    const changed: unknown[] = []
    for (const args of commands) changed.push((await run([...args, '--json'])).json())
    expect(changed).toEqual([
      { ...ALICE, changed: true },
      { ...ALICE, changed: false },
      { ...ALICE, changed: true },
    ])
    expect((await events()).map(({ kind }) => kind)).toEqual(['deactivated', 'activated'])
  })
})

describe('delete', () => {
  test('says what it would take, asks, and takes it', async () => {
    const { run, db, events } = await appAndTool({ users: [aUser(), aUser({ username: 'bob' })] })
    const dry = await run(['delete', 'alice', '--dry-run', '--json'])
    expect(dry.json()).toEqual({
      ...ALICE,
      deleted: false,
      dry_run: true,
      would_delete: { addresses: 1, logins: 0, factors: 0, social_accounts: 0 },
    })
    expect((await run(['delete', 'alice'])).code).toBe(2)
    const done = await run(['delete', 'alice', '--json'], { answers: ['alice'] })
    expect(done.json()).toEqual({ ...ALICE, deleted: true })
    expect((await db.select().from(users)).map(({ username }) => username)).toEqual(['bob'])
    expect(await events()).toMatchObject([{ kind: 'deleted', detail: BY_OPERATOR }])
  })
})

test('sessions tells where an account is signed in', async () => {
  const { app, run } = await appAndTool({
    users: [aUser()],
    env: { USE_JWT: 'true' },
    client: { country: 'PT', userAgent: 'a phone' },
  })
  await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  await app.settle()
  expect((await run(['sessions', 'alice'])).out).toMatch(/^login {5}\d{4}-.* PT a phone\n$/)
  expect((await run(['sessions', 'alice', '--json'])).json()).toMatchObject({
    ...ALICE,
    logins: [{ country: 'PT', user_agent: 'a phone' }],
  })
})

test('help leads to the commands and their options', async () => {
  const { run } = await appAndTool()
  expect((await run(['--help'])).out).toContain('set-email')
  expect((await run(['delete', '--help'])).out).toContain('--dry-run')
  expect((await run(['nonsense'])).code).toBe(2)
  expect((await run([])).said).toContain('Which one? list, show')
})

describe('admin-key', () => {
  test('makes a key that is shown once, lists it and ends it', async () => {
    const { runKey, db } = await appAndTool()
    const made = await runKey(
      'create',
      'support desk',
      '--scopes',
      'users:read,audit:read',
      '--days',
      '30',
      '--json',
    )
    const { key, ...rest } = made.json() as { key: string }
    expect(key).toMatch(/^rae_admin_[\w-]{43}$/)
    expect(rest).toMatchObject({
      id: 1,
      name: 'support desk',
      scopes: ['users:read', 'audit:read'],
    })
    expect(JSON.stringify(await db.select().from(adminKeys))).not.toContain(key)
    const listed = await runKey('list', '--json')
    expect(listed.out).not.toContain(key)
    expect(listed.json()).toMatchObject({ keys: [{ id: 1, revoked_at: null, last_used_at: null }] })
    expect((await runKey('revoke', '1', '--yes')).out).toBe('Revoked the key 1.\n')
    expect((await runKey('revoke', '1', '--yes')).code).toBe(1)
    expect((await runKey('list')).out).toContain('revoked')
  })

  test.each([
    [['create', 'x']],
    [['create', 'x', '--scopes', 'everything']],
    [['create', '--scopes', 'users:read']],
    [['create', ' ', '--scopes', 'users:read']],
    [['create', 'desk\u001b[2J', '--scopes', 'users:read']],
    [['create', 'x', '--scopes', 'users:read', '--days', '0']],
    [['revoke', 'x']],
  ])('%j is wrong usage', async (args) => {
    const { runKey } = await appAndTool()
    expect((await runKey(...args)).code).toBe(2)
  })
})

describe('fields of one’s own', () => {
  const USER_FIELDS = JSON.stringify({
    plan: { type: 'choice', choices: ['free', 'pro'], default: 'free', write: 'server' },
    phone: { type: 'phone', unique: true, required: true },
    'profile.active': { type: 'boolean' },
    tags: { type: 'json' },
  })

  async function toolWithFields() {
    const { app, db } = await appAndTool()
    const { TURSO_DATABASE_URL, SECRET_KEY } = app.settings
    const env = { TURSO_DATABASE_URL, SECRET_KEY, USER_FIELDS, PASSWORD_PBKDF2_ITERATIONS: '1000' }
    const run = (...args: readonly string[]) => manage({ env, directory }, ...args)
    const create = (name: string, ...fields: readonly string[]) =>
      run(
        'createuser',
        name,
        '--no-password',
        '--json',
        ...fields.flatMap((one) => ['--field', one]),
      )
    return { db, run, create }
  }

  test('are given to new accounts, whoever else may write them', async () => {
    const { db, run, create } = await toolWithFields()
    const made = await create(
      'ada',
      'plan=pro',
      'phone=+49 89 123456',
      'profile.active=on',
      'tags=[1]',
    )
    expect({ code: made.code, said: made.said }).toEqual({ code: 0, said: '' })
    const fields = { plan: 'pro', phone: '+4989123456', 'profile.active': true, tags: [1] }
    expect((await run('user', 'show', 'ada', '--json')).json()).toMatchObject({ fields })
    expect((await run('user', 'show', 'ada')).out).toContain('field     phone  +4989123456')
    expect(await db.select({ name: users.username }).from(users)).toEqual([{ name: 'ada' }])
  })

  test.each([
    ['phone=call me', 'phone: Enter a valid phone number.'],
    ['phone=+49 89 123456', 'phone: This field must be unique.'],
    ['plan=gold', 'plan: "gold" is not a valid choice.'],
    ['nick=x', 'USER_FIELDS declares no nick.'],
    ['plan', '--field is NAME=VALUE, not plan.'],
    ['tags=[', 'The value of tags is no JSON.'],
  ])('%s is refused, and nobody is made', async (field, message) => {
    const { db, create } = await toolWithFields()
    await create('ada', 'phone=+49 89 123456')
    const refused = await create('bob', field)
    expect(refused.code).not.toBe(0)
    expect(refused.said + refused.out).toContain(message.replaceAll('"', '\\"'))
    expect((await db.select().from(users)).length).toBe(1)
  })

  test('are shown in lists, and searched', async () => {
    const { run, create } = await toolWithFields()
    await create('ada', 'plan=pro', 'phone=+49 89 1111111', 'profile.active=on')
    await create('bob', 'profile.active=off')
    await create('eve')
    const names = async (...fields: readonly string[]) => {
      const options = fields.flatMap((one) => ['--field', one])
      const listed = (await run('list-users', '--json', ...options)).json() as {
        readonly users: readonly { readonly username: string; readonly fields: unknown }[]
      }
      return listed.users.map(({ username }) => username)
    }
    expect(await names()).toEqual(['ada', 'bob', 'eve'])
    expect(await names('plan=pro')).toEqual(['ada'])
    // The default is a value like any other.
    expect(await names('plan=free')).toEqual(['bob', 'eve'])
    expect(await names('phone=0049 89 1111111')).toEqual(['ada'])
    expect(await names('phone=')).toEqual(['bob', 'eve'])
    expect(await names('profile.active=true', 'plan=pro')).toEqual(['ada'])
    expect(await names('profile.active=no')).toEqual(['bob'])
    expect(await names('profile.active=')).toEqual(['eve'])
    expect((await run('list-users')).out).toMatch(/PLAN +PHONE +PROFILE\.ACTIVE[^]*ada .*pro/)
    expect((await run('list-users', '--field', 'tags=1')).said).toContain('not searched')
    expect((await run('list-users', '--field', 'plan=gold')).said).toContain(
      'plan has no such value',
    )
  })
})

test.each(['', '  ', 'a\nb', 'x'.repeat(151)])('no group is called %j', async (name) => {
  const { run, db } = await appAndTool({ users: [aUser()] })
  const refused = await run(['grant', 'alice', '--group', name])
  expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('name of a group')])
  expect(await db.$count(groups)).toBe(0)
})
