import { expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { aUser, createTestApp } from './app.ts'
import { jsonExchange } from './fake-fetch.ts'

async function usernames(app: Awaited<ReturnType<typeof createTestApp>>): Promise<string[]> {
  const rows = await app.deps().db.select({ username: users.username }).from(users)
  return rows.map(({ username }) => username)
}

test('each app begins with its own users, unless it goes on with the data before', async () => {
  const first = await createTestApp({ users: [aUser({ username: 'ada' })] })
  expect(await usernames(first)).toEqual(['ada'])
  const kept = await createTestApp({ users: [aUser({ username: 'bob' })], data: 'kept' })
  expect(await usernames(kept)).toEqual(['ada', 'bob'])
  const fresh = await createTestApp({ users: [aUser({ username: 'carl' })] })
  expect(await usernames(fresh)).toEqual(['carl'])
})

test('a seeded user logs in with the seeded password and token', async () => {
  const key = '0123456789abcdef0123456789abcdef01234567'
  const ada = aUser({ username: 'ada', password: 'a-good-password', tokenKey: key })
  const app = await createTestApp({ users: [ada] })
  const response = await app.post('/login/', { username: 'ada', password: 'a-good-password' })
  expect(await response.json()).toEqual({ key })
})

test('settings go through the real parser', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true' } })
  expect(app.settings.USE_JWT).toBe(true)
  await expect(createTestApp({ env: { ACCOUNT_NONSENSE: '1' } })).rejects.toThrow(
    'ACCOUNT_NONSENSE is unknown',
  )
})

test('time stands still until it is moved', async () => {
  const now = new Date('2030-01-01T00:00:00.000Z')
  const app = await createTestApp({ now })
  expect(app.deps().now).toEqual(now)
  app.clock.advance(90.5)
  expect(app.deps().now).toEqual(new Date('2030-01-01T00:01:30.500Z'))
})

test('what deferred work asks the database is in the total only', async () => {
  const app = await createTestApp()
  const cost = await app.costOf(async () => {
    const deps = app.deps()
    await deps.db.select({ id: users.id }).from(users)
    const select = (): PromiseLike<unknown> => deps.db.select({ id: users.id }).from(users)
    deps.defer(() => Promise.resolve().then(select).then(select))
  })
  expect(cost).toEqual({
    waited: { roundTrips: 1, statements: 1 },
    total: { roundTrips: 3, statements: 3 },
  })
})

test('the outside world is what the test says, and is heard of', async () => {
  const app = await createTestApp()
  app.outside.addExchange(jsonExchange('GET', 'https://a.example/', { ok: true }))
  const response = await app.deps().fetch('https://a.example/?q=1')
  expect(await response.json()).toEqual({ ok: true })
  await expect(app.deps().fetch('https://b.example/')).rejects.toThrow('connection refused')
  expect(app.outside.calls.map(({ url }) => url)).toEqual([
    'https://a.example/',
    'https://b.example/',
  ])
})

test('mails lie in the mailbox', async () => {
  const app = await createTestApp()
  const mail = {
    from: 'x@example.com',
    to: 'ada@example.com',
    subject: 's',
    text: 't',
    html: 'h',
    idempotencyKey: 'k',
  }
  await app.deps().sendEmail?.(mail)
  expect(app.mailbox).toEqual([mail])
})
