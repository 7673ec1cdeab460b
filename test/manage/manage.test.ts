import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mailCheck } from '../../src/manage/check.ts'
import { auditEvents } from '../../src/db/schema/audit.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../src/db/schema/mail.ts'
import { sessions } from '../../src/db/schema/credentials.ts'
import { usedNonces } from '../../src/db/schema/used-once.ts'
import { users } from '../../src/db/schema/users.ts'
import { passkeys } from '../../src/db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../src/db/schema/second-factor.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import { startSqld } from '../support/sqld.ts'
import { firstStep, FACTORS, seedFactor, seedKey } from '../support/second-factor.ts'
import { manage, type ConsoleOptions, type Ran } from './console.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manage-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** The app, and the tool beside it with the same settings. */
async function appAndTool(options: TestAppOptions = {}) {
  const app = await createTestApp(options)
  const env = {
    TURSO_DATABASE_URL: app.settings.TURSO_DATABASE_URL,
    SECRET_KEY: app.settings.SECRET_KEY,
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
  }
  const run = (args: readonly string[], given: Partial<ConsoleOptions> = {}): Promise<Ran> =>
    manage({ env, directory, ...given }, ...args)
  return { app, env, run }
}

async function loginStatus(app: TestApp, username: string, password: string): Promise<number> {
  const { status } = await app.post('/login/', { username, password })
  await app.settle()
  return status
}

const PASSWORD = 'correct horse battery'

describe('createuser', () => {
  test('asks twice for the password, hidden, and makes an account that logs in', async () => {
    const { app, run } = await appAndTool({ env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' } })
    const ran = await run(['createuser', 'Ada', '--email', 'Ada@Example.com', '--json'], {
      answers: [PASSWORD, PASSWORD],
    })
    expect(ran).toMatchObject({ code: 0, said: 'Password: Password (again): ' })
    expect(ran.json()).toEqual({ id: 1, username: 'Ada' })
    const [row] = await app.deps().db.select().from(users)
    expect(row).toMatchObject({
      username: 'Ada',
      email: 'ada@example.com',
      password: expect.stringMatching(/^pbkdf2_sha256\$1000\$/),
      isStaff: false,
      isSuperuser: false,
      isActive: true,
    })
    expect(await loginStatus(app, 'Ada', PASSWORD)).toBe(200)
  })

  test('takes the password from the standard input', async () => {
    const { app, run } = await appAndTool()
    const ran = await run(['createuser', 'ada', '--password-stdin'], { line: PASSWORD })
    expect(ran).toMatchObject({ code: 0, out: 'Created ada with the id 1.\n', said: '' })
    expect(await loginStatus(app, 'ada', PASSWORD)).toBe(200)
  })

  test('makes an account without password, and an unverified address, when asked', async () => {
    const { app, run } = await appAndTool()
    await run(['createuser', 'ada', '--no-password', '--email', 'a@example.com', '--unverified'])
    const [row] = await app.deps().db.select().from(users)
    expect(row?.password).toMatch(/^!\w{40}$/)
    const [address] = await app.deps().db.select().from(emailAddresses)
    expect(address).toMatchObject({ email: 'a@example.com', isVerified: false, isPrimary: true })
  })

  test.each([
    [['a b'], 'Enter a valid username. This value may contain only letters'],
    [['ALICE'], 'A user with that username already exists.'],
    [
      ['ada', '--email', 'alice@example.com'],
      'User is already registered with this e-mail address.',
    ],
    [['ada', '--email', 'nowhere'], 'Enter a valid email address.'],
    [['ada', '--password', '12345678'], 'This password is too common.'],
  ])('refuses %j', async (args, fault) => {
    const { app, run } = await appAndTool({ users: [aUser()] })
    const ran = await run(['createuser', '--password', PASSWORD, ...args])
    expect(ran.code).toBe(1)
    expect(ran.said).toContain(fault)
    expect(await app.deps().db.select().from(users)).toHaveLength(1)
  })

  test('takes a weak password only when asked to', async () => {
    const { app, run } = await appAndTool()
    const args = ['createuser', 'ada', '--password', '12345678', '--allow-weak-password']
    expect((await run(args)).code).toBe(0)
    expect(await loginStatus(app, 'ada', '12345678')).toBe(200)
  })

  test('does nothing when nobody can be asked, or types two different passwords', async () => {
    const { app, run } = await appAndTool()
    const alone = await run(['createuser', 'ada'])
    expect(alone.code).toBe(2)
    expect(alone.said).toContain('give it with --password-stdin')
    const typo = await run(['createuser', 'ada'], { answers: [PASSWORD, 'another'] })
    expect(typo).toMatchObject({ code: 1 })
    expect(typo.said).toContain('The two passwords are not the same.')
    expect(await app.deps().db.select().from(users)).toEqual([])
  })
})

test('createsuperuser gives the highest rights, and is noted', async () => {
  const { app, run } = await appAndTool()
  await run(['createsuperuser', 'root', '--password', PASSWORD])
  const [row] = await app.deps().db.select().from(users)
  expect(row).toMatchObject({ isStaff: true, isSuperuser: true })
  const [event] = await app.deps().db.select().from(auditEvents)
  expect(event).toMatchObject({ kind: 'registered', userId: 1 })
})

describe('changepassword', () => {
  test('sets it, ends what hung on the old one, and tells the owner', async () => {
    const { app, run } = await appAndTool({ users: [aUser({ tokenKey: 'k'.repeat(40) })] })
    const ran = await run(['changepassword', 'alice@example.com'], {
      answers: [PASSWORD, PASSWORD],
    })
    expect(ran).toMatchObject({ code: 0, out: 'Changed the password of alice.\n' })
    // Without a mail key here, the Worker sends it.
    expect(ran.said).toContain('"event":"emails_wait","emails":1')
    const kind = { kind: emailOutbox.kind }
    expect(await app.deps().db.select(kind).from(emailOutbox)).toEqual([
      { kind: 'password_changed' },
    ])
    expect(await loginStatus(app, 'alice', 'right-horse-staple')).toBe(400)
    expect(await loginStatus(app, 'alice', PASSWORD)).toBe(200)
    const old = { headers: { Authorization: `Token ${'k'.repeat(40)}` } }
    expect((await app.request('/user/', old)).status).toBe(401)
  })

  test('refuses a weak one, and an account that is out', async () => {
    const { run } = await appAndTool({
      users: [aUser(), aUser({ username: 'bob', isActive: false })],
    })
    const weak = await run(['changepassword', 'alice', '--password', 'alice'])
    expect(weak.code).toBe(1)
    expect(weak.said).toContain('The password is too similar to the username.')
    const out = await run(['changepassword', 'bob', '--password', PASSWORD])
    expect(out).toMatchObject({
      code: 1,
      said: 'bob is deactivated; activate the account first.\n',
    })
  })
})

test('deactivate ends everything and keeps out until activate; what ended stays ended', async () => {
  const key = 'k'.repeat(40)
  const { app, run } = await appAndTool({ users: [aUser({ tokenKey: key })] })
  expect(await run(['deactivate', 'alice', '--json'])).toMatchObject({
    code: 0,
    out: '{"id":1,"username":"alice","changed":true}\n',
  })
  expect(await loginStatus(app, 'alice', 'right-horse-staple')).toBe(400)
  expect((await run(['deactivate', 'alice'])).out).toContain('was deactivated already')
  expect(await run(['activate', '--id', '1'])).toMatchObject({ code: 0, out: 'Activated alice.\n' })
  expect(await loginStatus(app, 'alice', 'right-horse-staple')).toBe(200)
  const old = await app.request('/user/', { headers: { Authorization: `Token ${key}` } })
  expect(old.status).toBe(401)
  const kinds = await app.deps().db.select({ kind: auditEvents.kind }).from(auditEvents)
  expect(kinds.map(({ kind }) => kind).filter((kind) => kind.endsWith('activated'))).toEqual([
    'deactivated',
    'activated',
  ])
})

test('reset-factors lets in who has lost the second factor, and tells the owner', async () => {
  const { app, run } = await appAndTool({ env: FACTORS, users: [aUser()] })
  await seedFactor(app)
  await seedKey(app, 'laptop')
  await firstStep(app)
  expect(await run(['reset-factors', 'alice', '--yes', '--json'])).toMatchObject({
    code: 0,
    out: '{"id":1,"username":"alice","changed":true}\n',
  })
  const login = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  expect(await login.json()).toHaveProperty('key')
  const { db } = app.deps()
  const kept = [
    ...(await db.select().from(totpDevices)),
    ...(await db.select().from(recoveryCodes)),
    ...(await db.select().from(passkeys)),
  ]
  expect(kept).toEqual([])
  const mails = await db
    .select({ kind: emailOutbox.kind })
    .from(emailOutbox)
    .orderBy(emailOutbox.id)
  expect(mails).toEqual([{ kind: 'totp_deactivated' }, { kind: 'passkey_removed' }])
  expect((await run(['reset-factors', 'alice', '--yes'])).out).toBe('alice has no second factor.\n')
  const events = await db.select({ kind: auditEvents.kind }).from(auditEvents)
  expect(events.filter(({ kind }) => kind === 'factors_reset')).toHaveLength(1)
})

test('revoke ends every kind of token', async () => {
  const { app, run } = await appAndTool({
    users: [aUser({ tokenKey: 'k'.repeat(40) })],
    env: {
      USE_JWT: 'true',
      DEFAULT_AUTHENTICATION_CLASSES: 'TokenAuthentication,JWTAuthentication',
    },
    now: new Date(Date.now() - 5000),
  })
  const login = await app.post('/login/', { username: 'alice', password: 'right-horse-staple' })
  const { access }: { access: string } = await login.json()
  const statuses = async (): Promise<readonly number[]> => {
    const headers = [`Token ${'k'.repeat(40)}`, `Bearer ${access}`]
    const all = headers.map((Authorization) =>
      app.request('/user/', { headers: { Authorization } }),
    )
    return (await Promise.all(all)).map(({ status }) => status)
  }
  expect(await statuses()).toEqual([200, 200])
  expect(await run(['revoke', 'ALICE'])).toMatchObject({
    code: 0,
    out: 'Logged alice out everywhere.\n',
  })
  expect(await statuses()).toEqual([401, 401])
})

describe('naming an account', () => {
  test.each([
    [['nobody'], 1, 'There is no user nobody.'],
    [['--id', '99'], 1, 'There is no user 99.'],
    [[], 2, 'Which USER?'],
    [['alice', '--id', '1'], 2, 'Which USER?'],
    [['alice', 'bob'], 2, 'One USER at a time'],
    [['--id', 'x'], 2, '--id is a number.'],
    [
      ['shared@example.com'],
      1,
      'Several accounts have shared@example.com: --id 1 (alice), --id 2 (Alice).',
    ],
  ])('%j', async (args, code, fault) => {
    const email = 'shared@example.com'
    const { run } = await appAndTool({
      users: [aUser({ email }), aUser({ username: 'Alice', email, emailVerified: false })],
    })
    const ran = await run(['deactivate', ...args])
    expect(ran.code).toBe(code)
    expect(ran.said).toContain(fault)
  })

  test('takes the exact name before the one that differs in case', async () => {
    const { app, run } = await appAndTool({ users: [aUser(), aUser({ username: 'Alice' })] })
    await run(['deactivate', 'Alice'])
    const rows = await app
      .deps()
      .db.select({ id: users.id })
      .from(users)
      .where(eq(users.isActive, false))
    expect(rows).toEqual([{ id: 2 }])
  })
})

describe('list-users', () => {
  const three = [
    aUser(),
    aUser({ username: 'Bob_1', email: 'x@Bobs.example', isActive: false }),
    aUser({ username: 'carol', email: '' }),
  ]

  test('finds a part of name or address, whatever its case, and takes % and _ as they are', async () => {
    const { run } = await appAndTool({ users: three })
    const names = async (...args: readonly string[]): Promise<unknown> => {
      const found = (await run(['list-users', '--json', ...args])).json()
      const { users: list } = found as { users: readonly { username: string }[] }
      return list.map(({ username }) => username)
    }
    expect(await names()).toEqual(['alice', 'Bob_1', 'carol'])
    expect(await names('BOBS.ex')).toEqual(['Bob_1'])
    expect(await names('_')).toEqual(['Bob_1'])
    expect(await names('%')).toEqual([])
    expect(await names('--inactive')).toEqual(['Bob_1'])
    expect(await names('--active')).toEqual(['alice', 'carol'])
    expect(await names('--page-size', '2', '--page', '2')).toEqual(['carol'])
  })

  test('prints a line each under the titles, without characters that steer a terminal', async () => {
    const { run } = await appAndTool({ users: [aUser({ username: 'a\u001b[2J' })] })
    const ran = await run(['list-users'])
    expect(ran.out).toMatch(/^ID {2}USERNAME {2}E-MAIL {13}LAST LOGIN {2}STATE\n 1 {2}a\ufffd\[2J/)
    expect(ran.said).toBe('1 account, page 1 of 1.\n')
  })
})

describe('audit', () => {
  test('prints events, the newest first, and pages through them', async () => {
    const { app, run } = await appAndTool({ users: [aUser(), aUser({ username: 'bob' })] })
    await loginStatus(app, 'alice', 'right-horse-staple')
    await loginStatus(app, 'bob', 'wrong')
    await loginStatus(app, 'bob', 'right-horse-staple')
    const kinds = async (...args: readonly string[]): Promise<unknown> =>
      (await run(['audit', '--json', ...args]))
        .jsonLines()
        .map((event) => [event['id'], event['kind'], event['user_id']])
    expect(await kinds()).toEqual([
      [3, 'login', 2],
      [2, 'login_failed', 2],
      [1, 'login', 1],
    ])
    expect(await kinds('--limit', '1', '--before', '3')).toEqual([[2, 'login_failed', 2]])
    expect(await kinds('alice')).toEqual([[1, 'login', 1]])
    expect(await kinds('--kind', 'login_failed')).toEqual([[2, 'login_failed', 2]])
    expect(await kinds('--since', '2027-03-05')).toEqual([])
    expect((await run(['audit'])).out).toContain('2027-03-04T05:06:07.250Z  login_failed')
  })

  test('counts the last day', async () => {
    const { app, run } = await appAndTool({ users: [aUser()], now: new Date() })
    await loginStatus(app, 'alice', 'right-horse-staple')
    const ran = await run(['audit', '--counts', '--json'])
    expect(ran.json()).toEqual({
      events: { login: 1 },
      waiting_emails: 0,
      oldest_email_at: null,
    })
  })
})

test('purge deletes what has expired and nothing else', async () => {
  const { app, run } = await appAndTool({ users: [aUser()] })
  const { db } = app.deps()
  const expired = new Date(Date.now() - 1000)
  const living = new Date(Date.now() + 60_000)
  const nonces = Array.from({ length: 2500 }, (_, index) => ({
    purpose: 'state',
    nonceHash: String(index),
    usedAt: expired,
    expiresAt: expired,
  }))
  await db.insert(usedNonces).values(nonces)
  const session = { userId: 1, authHash: '', createdAt: expired, expiresAt: living }
  await db.insert(sessions).values({ ...session, keyHash: 'living' })
  expect(await run(['purge', '--json'])).toMatchObject({ code: 0, out: '{"deleted":2500}\n' })
  expect(await db.select().from(sessions)).toHaveLength(1)
  expect(await run(['purge'])).toMatchObject({ out: 'Deleted 0 expired rows.\n' })
})

describe('check', () => {
  const goodKey = 'w7Pq2ZsX9vB4nM1kLtR8yUdC3fGhJ6aE'

  test('finds a sound deployment sound', async () => {
    const { run, env } = await appAndTool()
    const ran = await run(['check', '--json'], { env: { ...env, SECRET_KEY: goodKey } })
    expect(ran.code).toBe(0)
    expect(ran.json()).toEqual({
      checks: [
        { name: 'settings', status: 'ok', detail: 'valid' },
        { name: 'SECRET_KEY', status: 'ok', detail: '32 characters' },
        { name: 'database', status: 'ok', detail: expect.stringMatching(/^answers, \d+ ms/) },
        { name: 'migrations', status: 'ok', detail: expect.stringMatching(/^all \d+ applied$/) },
        { name: 'clock', status: 'ok', detail: expect.stringContaining('s away from that of') },
        {
          name: 'mail',
          status: 'warning',
          detail: 'RESEND_API_KEY is not set: mails wait in the outbox',
        },
      ],
    })
  })

  test('warns of rates that count nothing', async () => {
    const { run, env } = await appAndTool()
    const throttles = {
      DEFAULT_THROTTLE_CLASSES: '["myapp.throttles.BurstRateThrottle"]',
      DEFAULT_THROTTLE_RATES: '{"burst": "6/min", "anon": "9/hour", "dj_rest_auth": "5/min"}',
    }
    const ran = await run(['check', '--json'], {
      env: { ...env, ...throttles, SECRET_KEY: goodKey },
    })
    expect(ran.code).toBe(0)
    const { checks } = ran.json() as { checks: readonly { name: string }[] }
    expect(checks.filter(({ name }) => name.startsWith('DEFAULT_'))).toEqual(
      [
        [
          'CLASSES',
          'myapp.throttles.BurstRateThrottle counts nothing here; set ACCOUNT_RATE_LIMITS',
        ],
        ['RATES', 'burst counts nothing here, no route has that scope; set ACCOUNT_RATE_LIMITS'],
        ['RATES', 'anon counts nothing, since AnonRateThrottle is not in DEFAULT_THROTTLE_CLASSES'],
      ].map(([what, detail]) => ({ name: `DEFAULT_THROTTLE_${what}`, status: 'warning', detail })),
    )
  })

  test.each([
    ['k'.repeat(40), 'has fewer than 12 different characters'],
    [`django-insecure-${goodKey}`, 'begins with django-insecure-'],
  ])('finds the weak secret %s', async (SECRET_KEY, fault) => {
    const { run, env } = await appAndTool()
    const ran = await run(['check'], { env: { ...env, SECRET_KEY } })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain(`failed   SECRET_KEY: ${fault}`)
  })

  test('finds wrong settings, all of them', async () => {
    const { run, env } = await appAndTool()
    const ran = await run(['check'], { env: { ...env, SECRET_KEY: 'short', USE_JWT: 'perhaps' } })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('USE_JWT must be true or false')
    expect(ran.out).toContain('SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have')
  })

  test('finds that the database is away', async () => {
    const { run, env } = await appAndTool()
    const away = { ...env, SECRET_KEY: goodKey, TURSO_DATABASE_URL: 'http://127.0.0.1:1' }
    const ran = await run(['check'], { env: away })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain(
      'failed   database: The database at 127.0.0.1:1 cannot be reached, or refuses the token.',
    )
  })

  test.each([
    [401, '{"name":"restricted_api_key"}', 'ok', 'the key is accepted (it may only send)'],
    [401, '{"name":"validation_error"}', 'failed', 'Resend refuses the key (401)'],
    [
      200,
      '{"data":[{"name":"example.com","status":"verified"}]}',
      'ok',
      'the key is accepted, mail.example.com is verified',
    ],
    [
      200,
      '{"data":[{"name":"example.com","status":"pending"}]}',
      'failed',
      'mail.example.com of DEFAULT_FROM_EMAIL is no verified domain at Resend',
    ],
  ])('reads what Resend says of a key: %i %s', (status, body, outcome, detail) => {
    const found = mailCheck(status, body, 'Example <auth@mail.example.com>')
    expect(found).toEqual({ name: 'mail', status: outcome, detail })
  })
})

test('migrate compares stored addresses anew, and names who shares a mailbox', async () => {
  const seeded = ['b\u00fccher.example', 'xn--bcher-kva.example'].map((domain, index) =>
    aUser({ username: `ida${index}`, email: `ida@${domain}` }),
  )
  const { app, run } = await appAndTool({ users: seeded })
  await app.deps().db.update(emailAddresses).set({ emailFolded: 'stale' })
  const ran = await run(['migrate'])
  expect(ran).toMatchObject({
    code: 0,
    out: 'The database is up to date. Brought the comparison of 2 addresses up to date.\n',
    said: 'The users 1, 2 have all verified ida@xn--bcher-kva.example: it is one mailbox in several spellings.\n',
  })
  expect((await run(['migrate', '--json'])).json()).toMatchObject({
    refolded_emails: 0,
    email_collisions: 1,
  })
})

test('list-users finds an address by a part of either spelling of its domain', async () => {
  const { run } = await appAndTool({ users: [aUser({ email: 'alice@b\u00fccher.example' })] })
  for (const part of ['B\u00fcCHER', 'alice@b\u00fccher.example', 'xn--bcher', 'ALI']) {
    expect((await run(['list-users', part])).said).toBe('1 account, page 1 of 1.\n')
  }
  expect((await run(['list-users', 'bucher'])).said).toBe('0 accounts, page 1 of 1.\n')
})

test('migrate applies what is missing, once', async () => {
  const { run } = await appAndTool()
  expect(await run(['migrate', '--json'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('"applied":0'),
  })
})

test('check says that migrations are missing', async () => {
  const { run } = await appAndTool()
  const behind = await startSqld()
  await behind.client.execute('drop table audit_events')
  await behind.client.execute('delete from __drizzle_migrations')
  const refused = await run(['check', '--database-url', behind.url])
  expect(refused.out).toContain('failed   migrations:')
  await behind.stop()
})

describe('settings come', () => {
  test('from wrangler.toml, over it .dev.vars, over it the environment, over it options', async () => {
    const { env } = await appAndTool()
    const place = mkdtempSync(join(directory, 'place-'))
    writeFileSync(join(place, 'wrangler.toml'), '[vars]\nUSE_JWT = "x1"\nSESSION_LOGIN = "x1"\n')
    writeFileSync(join(place, '.dev.vars'), 'SESSION_LOGIN="x2"\nACCOUNT_UNIQUE_EMAIL=x2\n')
    const given = { ...env, ACCOUNT_UNIQUE_EMAIL: 'x3', TURSO_DATABASE_URL: '' }
    const ran = await manage(
      { env: given, directory: place },
      'check',
      '--database-url',
      env.TURSO_DATABASE_URL,
    )
    expect(ran.out).toContain(
      '- USE_JWT must be true or false\n- SESSION_LOGIN must be true or false',
    )
    expect(ran.out).toContain('ACCOUNT_UNIQUE_EMAIL must be true or false')
    expect(ran.out).not.toContain('TURSO_DATABASE_URL')
  })

  test('from an environment of wrangler.toml, and a file of another name', async () => {
    const { env } = await appAndTool()
    const place = mkdtempSync(join(directory, 'place-'))
    writeFileSync(
      join(place, 'wrangler.toml'),
      '[vars]\nUSE_JWT = "bad"\n[env.live.vars]\nSESSION_LOGIN = "bad"\n',
    )
    writeFileSync(join(place, 'live.vars'), 'ACCOUNT_UNIQUE_EMAIL=bad\n')
    const ran = await manage(
      { env, directory: place },
      'check',
      '--env',
      'live',
      '--secrets-file',
      'live.vars',
    )
    expect(ran.out).not.toContain('USE_JWT')
    expect(ran.out).toContain('SESSION_LOGIN must')
    expect(ran.out).toContain('ACCOUNT_UNIQUE_EMAIL must')
    const missing = await manage({ env, directory: place }, 'check', '--secrets-file', 'nix.vars')
    expect(missing).toMatchObject({ code: 2 })
    expect(missing.said).toContain('There is no file nix.vars.')
    const before = await manage({ env, directory: place }, 'check', '--env-file', 'live.vars')
    expect(before.out).toContain('ACCOUNT_UNIQUE_EMAIL must')
    const lost = await manage({ env, directory: place }, 'check', '--env', 'other')
    expect(lost).toMatchObject({ code: 2 })
    expect(lost.said).toContain('wrangler.toml has no environment other. It has live.')
  })

  test('wrong: every command says so and exits with 3', async () => {
    const { run, env } = await appAndTool()
    const ran = await run(['list-users'], { env: { ...env, SECRET_KEY: 'short' } })
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.said).toContain('Settings are wrong:\n- SECRET_KEY')
  })
})

describe('help', () => {
  test('lists the commands, and the options of one', async () => {
    const { run } = await appAndTool()
    const all = await run([])
    expect(all.code).toBe(0)
    for (const name of ['check', 'createuser', 'import-django', 'purge'])
      expect(all.out).toContain(name)
    const one = await run(['purge', '--help'])
    expect(one.out).toContain('npm run manage -- purge [OPTIONS]')
    expect(one.out).toContain('--database-url URL')
  })

  test('knows no other command', async () => {
    const { run } = await appAndTool()
    expect(await run(['toString'])).toMatchObject({
      code: 2,
      said: 'There is no command toString. All of them: npm run manage -- help\n',
    })
    const told = await run(['toString', '--json'])
    expect([told.code, told.json()]).toMatchObject([2, { error: { code: 'usage' } }])
    expect(await run(['help', 'toString'])).toMatchObject({ code: 2, out: '' })
  })
})
