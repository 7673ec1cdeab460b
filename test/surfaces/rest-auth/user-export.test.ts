import { expect, test } from 'vitest'
import { ERASED_OTHERWISE } from '../../../src/core/accounts/erase.sql.ts'
import { NOT_EXPORTED, TOLD } from '../../../src/core/accounts/export.sql.ts'
import { columnsOf, TABLES } from '../../../src/db/tables.ts'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp } from '../../support/app.ts'
import { seedSocialAccount } from '../../support/seed.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }

test('without the setting there is nothing of it', async () => {
  const app = await createTestApp({ users: [aUser({ tokenKey: KEY })] })
  expect((await app.request('user/export/', { headers: BY_TOKEN })).status).toBe(404)
})

test('tells the caller everything about themselves, and nothing about anybody else', async () => {
  const app = await createTestApp({
    env: { DATA_EXPORT: 'true' },
    users: [aUser({ tokenKey: KEY, firstName: 'Alice' }), aUser({ username: 'bob' })],
  })
  await seedSocialAccount(app.deps(), { userId: 1, provider: 'google', uid: '42' })
  await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  await app.settle()
  const { waited } = await app.costOf(async () => {
    const response = await app.request('user/export/', { headers: BY_TOKEN })
    expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="account.json"')
    const { status, body } = await answerOf(response)
    expect(status).toBe(200)
    expect(Object.keys(body as object).toSorted()).toEqual(Object.keys(TOLD).toSorted())
    expect(body).toMatchObject({
      users: [
        {
          id: 1,
          username: 'alice',
          first_name: 'Alice',
          is_active: true,
          is_staff: false,
          date_joined_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        },
      ],
      email_addresses: [{ email: 'alice@example.com', is_verified: true, is_primary: true }],
      social_accounts: [{ provider: 'google', uid: '42' }],
      audit_events: [{ kind: 'login' }],
    })
    const text = JSON.stringify(body)
    expect(text).not.toMatch(/bob|pbkdf2|right-horse/)
    expect(text).not.toContain(KEY)
  })
  expect(waited.roundTrips).toBe(2)
})

test('asks for a recent proof where the settings do', async () => {
  const env = { DATA_EXPORT: 'true', ACCOUNT_REAUTHENTICATION_REQUIRED: 'true' }
  const app = await createTestApp({ env, users: [aUser({ tokenKey: KEY })] })
  expect((await app.request('user/export/', { headers: BY_TOKEN })).status).toBe(200)
  app.clock.advance(3600)
  expect((await app.request('user/export/', { headers: BY_TOKEN })).status).toBe(403)
})

/**
 * What is held about somebody must be told to them and must go with them. A new table or column fails here until it is
 * decided: add it to `TOLD` or, with a reason, to `NOT_EXPORTED`; tables with `user_id` are erased by themselves.
 */
const NOBODYS: Readonly<Record<string, string>> = {
  email_confirmations: 'keys of mails: erased with their address; hashes tell nobody anything',
  throttle_hits: 'counters under keyed hashes and numbers, gone within a day',
  used_nonces: 'hashes of what was used once',
  spent_tokens: 'ids of what was used once',
  spent_refresh_tokens:
    'ids of renewed tokens until they expire; no index finds an account’s, its logins are told',
  event_counts: 'sums',
  event_totals: 'sums',
  read_positions: 'how far the cron handler has come',
  groups: 'names of groups; who is in them is told',
  group_permissions: 'of groups',
  mail_problems: 'of transports',
  dev_emails: 'development only',
  admin_keys: 'of machines',
  suppressed_addresses: 'mailboxes that want no mail: forgetting them would mail them again',
  webhook_deliveries: 'messages on their way to other systems, which answer for what they keep',
}

test('every table is somebody’s, or nobody’s for a reason', () => {
  const personal = [...TABLES].filter(
    ([name, table]) =>
      NOBODYS[name] === undefined && (name === 'users' || columnsOf(table).has('user_id')),
  )
  expect(personal.map(([name]) => name).toSorted()).toEqual(Object.keys(TOLD).toSorted())
  const others = [...TABLES.keys()].filter((name) => !(name in TOLD))
  expect(others.filter((name) => NOBODYS[name] === undefined)).toEqual([])
  expect(Object.keys(ERASED_OTHERWISE).every((name) => TABLES.has(name))).toBe(true)
})

test('every column about somebody is told, or kept back for a reason', () => {
  const undecided = Object.entries(TOLD).flatMap(([name, told]) => {
    const table = TABLES.get(name)
    const columns = table === undefined ? [] : [...columnsOf(table).keys()]
    expect(told.filter((column) => !columns.includes(column))).toEqual([])
    return columns
      .filter((column) => !told.includes(column))
      .filter((column) => (NOT_EXPORTED[column] ?? NOT_EXPORTED[`${name}.${column}`]) === undefined)
      .map((column) => `${name}.${column}`)
  })
  expect(undecided).toEqual([])
})

test('the list of tables is that of the database', async () => {
  const app = await createTestApp()
  const rows = await app
    .deps()
    .db.all<{ readonly name: string }>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '%drizzle%' and name not like 'libsql_%'",
    )
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...TABLES.keys()].toSorted())
})
