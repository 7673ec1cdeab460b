import { describe, expect, test } from 'vitest'
import { finishDeletions } from '../../../src/core/accounts/leave.ts'
import { activateAccount, deactivateAccount } from '../../../src/core/accounts/operator.ts'
import { deleteExpired, retentionOf } from '../../../src/db/expired.ts'
import { accountDeletions } from '../../../src/db/schema/lifecycle.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { refreshFamilies } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, memberOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { seedSocialAccount } from '../../support/seed.ts'

const PASSWORD = 'right-horse-staple'
const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const HARD = { ACCOUNT_DELETION: 'hard', ACCOUNT_RATE_LIMITS: 'false' }
const SOFT = { ...HARD, ACCOUNT_DELETION: 'soft' }
const AT_ONCE = { ACCOUNT_DELETION_GRACE_DAYS: '0' }
const BAD_KEY = { status: 400, body: { key: ['Invalid value'] } }
const DAY = 86_400

async function withAlice(env: Record<string, unknown> = HARD): Promise<TestApp> {
  return createTestApp({ env, users: [aUser({ tokenKey: KEY }), aUser({ username: 'bob' })] })
}

const leave = (app: TestApp) => app.post('user/delete/', undefined, BY_TOKEN)
const undo = (app: TestApp, key: string) => app.post('user/delete/undo/', { key })
const logIn = (app: TestApp) => app.post('login/', { username: 'alice', password: PASSWORD })
const rows = async (app: TestApp) => app.deps().db.select().from(users)

async function keyOfMail(app: TestApp): Promise<string> {
  await app.settle()
  return /https?:\S*\/([^/\s]+)\/(?:\s|$)/.exec(app.mailbox.at(-1)?.text ?? '')?.[1] ?? ''
}

test('without the setting there is nothing of it', async () => {
  const app = await withAlice({})
  expect((await leave(app)).status).toBe(404)
  expect((await undo(app, 'x')).status).toBe(404)
})

test('asks for a recent proof, whatever else does', async () => {
  const app = await withAlice()
  app.clock.advance(3600)
  expect((await answerOf(leave(app))).body).toMatchObject({ code: 'reauthentication_required' })
  expect((await rows(app)).every(({ isActive }) => isActive)).toBe(true)
  expect((await app.post('user/delete/')).status).toBe(401)
})

describe('the grace period', () => {
  test('locks the account and ends every login; a mailed link undoes it once', async () => {
    const app = await withAlice()
    const { status, body } = await answerOf(leave(app))
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        detail: 'Your account will be deleted.',
        delete_at: expect.stringMatching(/Z$/) as unknown,
      },
    })
    const key = await keyOfMail(app)
    expect(app.mailbox.at(-1)).toMatchObject({
      to: 'alice@example.com',
      subject: expect.stringContaining('Will Be Deleted') as unknown,
      text: expect.stringContaining('14 days') as unknown,
    })
    expect((await app.request('user/', { headers: BY_TOKEN })).status).toBe(401)
    expect((await logIn(app)).status).toBe(400)
    expect(await finishDeletions(app.deps())).toBe(0)
    const all = await Promise.all(Array.from({ length: 10 }, () => undo(app, key)))
    expect(all.filter((response) => response.status === 200).length).toBe(1)
    expect((await logIn(app)).status).toBe(200)
    expect(await answerOf(undo(app, key))).toEqual(BAD_KEY)
    app.clock.advance(15 * DAY)
    expect(await finishDeletions(app.deps())).toBe(0)
    expect((await rows(app)).length).toBe(2)
  })

  test('ends: the link is too late then, and what is left goes', async () => {
    const app = await withAlice()
    await leave(app)
    const key = await keyOfMail(app)
    app.clock.advance(14 * DAY)
    expect(await answerOf(undo(app, key))).toEqual(BAD_KEY)
    expect(await finishDeletions(app.deps())).toBe(1)
    expect(await finishDeletions(app.deps())).toBe(0)
    expect((await rows(app)).map(({ username }) => username)).toEqual(['bob'])
    await app.settle()
    expect(app.mailbox.at(-1)).toMatchObject({
      to: 'alice@example.com',
      subject: expect.stringContaining('Your Account Was Deleted') as unknown,
    })
  })

  test.each(['', 'x', 'InRoaWVmIg:1x:abc'])('refuses the key %j', async (key) => {
    const app = await withAlice()
    await leave(app)
    expect((await undo(app, key)).status).toBe(400)
    expect((await rows(app))[0]?.isActive).toBe(false)
  })

  describe.each([
    ['', {}],
    [', with nothing noted', { AUDIT_EVENTS: 'false' }],
  ])('and an operator’s ban%s', (_, env) => {
    test('outlives the link, which takes the deletion back', async () => {
      const app = await withAlice({ ...HARD, ...env })
      await leave(app)
      const key = await keyOfMail(app)
      expect(await deactivateAccount(app.deps(), 1)).toBe('changed')
      expect(await deactivateAccount(app.deps(), 1)).toBe('unchanged')
      expect((await undo(app, key)).status).toBe(200)
      expect(await app.deps().db.select().from(accountDeletions)).toEqual([])
      expect((await rows(app))[0]?.isActive).toBe(false)
      app.clock.advance(20 * DAY)
      expect(await finishDeletions(app.deps())).toBe(0)
      expect(await activateAccount(app.deps(), 1)).toBe('changed')
      expect((await logIn(app)).status).toBe(200)
    })

    test('that is lifted leaves the account locked and its deletion due', async () => {
      const app = await withAlice({ ...HARD, ...env })
      await leave(app)
      await deactivateAccount(app.deps(), 1)
      expect(await activateAccount(app.deps(), 1)).toBe('leaving')
      expect((await logIn(app)).status).toBe(400)
      app.clock.advance(14 * DAY)
      expect(await finishDeletions(app.deps())).toBe(1)
    })

    test('that is lifted twice calls the deletion off', async () => {
      const app = await withAlice({ ...HARD, ...env })
      await leave(app)
      await deactivateAccount(app.deps(), 1)
      await activateAccount(app.deps(), 1)
      expect(await activateAccount(app.deps(), 1)).toBe('changed')
      expect(await activateAccount(app.deps(), 1)).toBe('unchanged')
      await deactivateAccount(app.deps(), 1)
      app.clock.advance(20 * DAY)
      expect(await finishDeletions(app.deps())).toBe(0)
      expect((await rows(app)).length).toBe(2)
    })

    test('does not keep the account from being deleted when it is due', async () => {
      const app = await withAlice({ ...HARD, ...env })
      await leave(app)
      await deactivateAccount(app.deps(), 1)
      app.clock.advance(14 * DAY)
      expect(await finishDeletions(app.deps())).toBe(1)
    })
  })

  test('an operator who activates the account calls it off for good', async () => {
    const app = await withAlice()
    await leave(app)
    await app.deps().db.run('update users set is_active = 1')
    app.clock.advance(20 * DAY)
    expect(await finishDeletions(app.deps())).toBe(0)
    expect(await app.deps().db.select().from(accountDeletions)).toEqual([])
    await app.deps().db.run('update users set is_active = 0')
    expect(await finishDeletions(app.deps())).toBe(0)
  })

  test('undoing and finishing at the same moment: one of them wins whole', async () => {
    const app = await withAlice()
    await leave(app)
    const key = await keyOfMail(app)
    app.clock.advance(14 * DAY - 1)
    const early = app.deps()
    app.clock.advance(1)
    const [finished, undone] = await Promise.all([
      finishDeletions(app.deps()),
      (async () => (await import('../../../src/core/accounts/leave.ts')).undoLeaving(early, key))(),
    ])
    expect([finished, undone]).toBeOneOf([
      [1, 'unknown_key'],
      [0, 'returned'],
    ])
    expect((await rows(app)).length).toBe(finished === 1 ? 1 : 2)
  })
})

describe.each([
  ['hard', HARD],
  ['soft', SOFT],
])('%s, at once', (how, env) => {
  test('answers that it is done, and nothing of the account is left', async () => {
    const app = await withAlice({ ...env, ...AT_ONCE })
    await seedSocialAccount(app.deps(), { userId: 1, provider: 'google', uid: '42' })
    expect(await answerOf(leave(app))).toEqual({
      status: 200,
      body: { detail: 'Your account has been deleted.', delete_at: null },
    })
    await app.settle()
    const { db } = app.deps()
    const everything = JSON.stringify(
      await Promise.all(
        [
          'users',
          'email_addresses',
          'social_accounts',
          'audit_events',
          'email_outbox',
          'auth_tokens',
          'account_deletions',
        ].map((table) => db.all(`select * from ${table}`)),
      ),
    )
    expect(everything).not.toMatch(/alice/)
    expect((await rows(app)).length).toBe(how === 'hard' ? 1 : 2)
    const events = await db.select().from(auditEvents)
    expect(
      events.filter(({ userId }) => userId === 1).map(({ kind, detail }) => [kind, detail]),
    ).toEqual([
      ['account_deletion_requested', {}],
      ['account_deleted', { client: '', country: '', user_agent: '' }],
    ])
    expect((await logIn(app)).status).toBe(400)
  })

  test('name and address are free again, and whoever takes them inherits nothing', async () => {
    const app = await withAlice({ ...env, ...AT_ONCE })
    await app.post('password/reset/', { email: 'alice@example.com' })
    await app.settle()
    const [, uid, token] = /\/([^/\s]+)\/([^/\s]+)\/\s/.exec(app.mailbox.at(-1)?.text ?? '') ?? []
    await leave(app)
    const fresh = { password1: 'another-fine-horse', password2: 'another-fine-horse' }
    const made = await app.post('registration/', {
      username: 'alice',
      email: 'alice@example.com',
      ...fresh,
    })
    expect(made.status).toBe(201)
    const key = await memberOf(made, 'key')
    const user = await answerOf(
      app.request('user/', { headers: { Authorization: `Token ${key}` } }),
    )
    expect(user.body).toMatchObject({ pk: 3, username: 'alice', email: 'alice@example.com' })
    expect((await logIn(app)).status).toBe(400)
    expect((await app.request('user/', { headers: BY_TOKEN })).status).toBe(401)
    const reset = {
      uid,
      token,
      new_password1: 'thief-with-a-link',
      new_password2: 'thief-with-a-link',
    }
    expect((await app.post('password/reset/confirm/', reset)).status).toBe(400)
    const addresses = await app.deps().db.select().from(emailAddresses)
    expect(addresses.filter(({ email }) => email === 'alice@example.com').length).toBe(1)
  })

  test('JWTs from before open nothing', async () => {
    const app = await withAlice({ ...env, ...AT_ONCE, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' })
    const login = await answerOf(logIn(app))
    await app.settle()
    const pair = login.body as { readonly access: string; readonly refresh: string }
    const headers = { Authorization: `Bearer ${pair.access}` }
    expect((await app.post('user/delete/', undefined, headers)).status).toBe(200)
    expect((await app.request('user/', { headers })).status).toBe(401)
    expect((await app.post('token/refresh/', { refresh: pair.refresh })).status).toBe(401)
  })
})

test('where tokens name the username, those of who left do not open the account of who comes', async () => {
  const env = {
    ...SOFT,
    ...AT_ONCE,
    USE_JWT: 'true',
    JWT_AUTH_HTTPONLY: 'false',
    SIMPLE_JWT_USER_ID_FIELD: 'username',
  }
  const app = await withAlice(env)
  const pair = (await answerOf(logIn(app))).body as {
    readonly access: string
    readonly refresh: string
  }
  await app.settle()
  const headers = { Authorization: `Bearer ${pair.access}` }
  expect((await app.post('user/delete/', undefined, headers)).status).toBe(200)
  const fresh = { password1: 'another-fine-horse', password2: 'another-fine-horse' }
  await app.post('registration/', { username: 'alice', email: 'alice@example.com', ...fresh })
  expect((await app.request('user/', { headers })).status).toBe(401)
  expect((await app.post('token/refresh/', { refresh: pair.refresh })).status).toBe(401)
  const families = await app.deps().db.select().from(refreshFamilies)
  expect(families.every(({ userAgent }) => userAgent === '')).toBe(true)
})

test('cookies go with the account', async () => {
  const app = await withAlice({
    ...HARD,
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'acc',
    JWT_AUTH_REFRESH_COOKIE: 'ref',
  })
  const login = await logIn(app)
  await app.settle()
  const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
  const response = await app.post('user/delete/', undefined, headers)
  expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['acc', 'ref'])
})

/** 20 rounds, or as many as the environment asks for. */
const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 20)
/** A busy machine plays a round in less. */
const ROUNDS_MS = ROUNDS * 1_000

test(
  'a login that is under way while the account goes opens nothing',
  async () => {
    const app = await withAlice({ ...HARD, TOKEN_PER_DEVICE: 'true' })
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await memberOf(logIn(app), 'key')
      await app.settle()
      const [login, left] = await Promise.all([
        logIn(app),
        app.post('user/delete/', undefined, { Authorization: `Token ${first}` }),
      ])
      expect(left.status).toBe(200)
      if (login.status === 200) {
        const headers = { Authorization: `Token ${await memberOf(login, 'key')}` }
        expect((await app.request('user/', { headers })).status).toBe(401)
      }
      expect((await undo(app, await keyOfMail(app))).status).toBe(200)
    }
  },
  ROUNDS_MS,
)

test('the cron handler’s other work leaves what is not due', async () => {
  const app = await withAlice()
  await leave(app)
  const { db, now, settings } = app.deps()
  await deleteExpired(db, now, retentionOf(settings))
  expect((await db.select().from(accountDeletions)).length).toBe(1)
})
