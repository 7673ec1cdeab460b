import { expect, test } from 'vitest'
import { answerOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { seedSocialAccount, userIdOf, type SeededUser } from '../../support/seed.ts'

const KEY = 'a'.repeat(40)
const HEADERS = { Authorization: `Token ${KEY}` }

async function withAccounts(
  count: number,
  user: Partial<SeededUser> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly app: TestApp; readonly ids: readonly number[] }> {
  const app = await createTestApp({ env, users: [aUser({ tokenKey: KEY, ...user })] })
  const userId = await userIdOf(app.deps(), 'alice')
  const ids: number[] = []
  for (const provider of ['facebook', 'twitter'].slice(0, count)) {
    ids.push(await seedSocialAccount(app.deps(), { userId, provider, uid: `${provider}-uid` }))
  }
  return { app, ids }
}

function disconnect(app: TestApp, id: number | string | undefined): Promise<Response> {
  return app.post(`socialaccounts/${id}/disconnect/`, {}, HEADERS)
}

test('lists the caller’s social accounts, the oldest first', async () => {
  const { app, ids } = await withAccounts(2)
  const at = '2027-03-04T05:06:07.250000Z'
  expect(await answerOf(app.request('socialaccounts/', { headers: HEADERS }))).toEqual({
    status: 200,
    body: [
      { id: ids[0], provider: 'facebook', uid: 'facebook-uid', last_login: at, date_joined: at },
      { id: ids[1], provider: 'twitter', uid: 'twitter-uid', last_login: at, date_joined: at },
    ],
  })
})

test('lists nobody else’s', async () => {
  const { app } = await withAccounts(0)
  const userId = await userIdOf(app.deps(), 'alice')
  await seedSocialAccount(app.deps(), { userId, provider: 'github', uid: '1' })
  const other = await createTestApp({
    data: 'kept',
    users: [aUser({ username: 'bob', tokenKey: 'b'.repeat(40) })],
  })
  const headers = { Authorization: `Token ${'b'.repeat(40)}` }
  expect(await answerOf(other.request('socialaccounts/', { headers }))).toEqual({
    status: 200,
    body: [],
  })
})

test('tells a stranger nothing', async () => {
  const { app, ids } = await withAccounts(1)
  const answer = {
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  }
  expect(await answerOf(app.request('socialaccounts/'))).toEqual(answer)
  expect(await answerOf(app.post(`socialaccounts/${ids[0]}/disconnect/`, {}))).toEqual(answer)
})

test.each([
  ['socialaccounts/', 'POST', 'GET, HEAD, OPTIONS'],
  ['socialaccounts/1/disconnect/', 'GET', 'POST, OPTIONS'],
])('answers %s with another method than %s', async (path, method, allow) => {
  const { app } = await withAccounts(0)
  const response = await app.request(path, { method, headers: HEADERS })
  expect(response.headers.get('Allow')).toBe(allow)
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('disconnects one, in one round trip after the caller’s', async () => {
  const { app, ids } = await withAccounts(2)
  const cost = await app.costOf(async () => {
    expect(await answerOf(disconnect(app, ids[0]))).toEqual({ status: 200, body: {} })
  })
  expect(cost.waited.roundTrips).toBe(2)
  expect(await answerOf(app.request('socialaccounts/', { headers: HEADERS }))).toMatchObject({
    body: [{ provider: 'twitter' }],
  })
})

test('does not read the body', async () => {
  const { app, ids } = await withAccounts(1)
  const response = await app.request(`socialaccounts/${ids[0]}/disconnect/`, {
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    body: '{',
  })
  expect(await answerOf(response)).toEqual({ status: 200, body: {} })
})

test('disconnects the last one of an account with a password', async () => {
  const { app, ids } = await withAccounts(1)
  expect((await disconnect(app, ids[0])).status).toBe(200)
})

test('keeps the last way into an account without a password', async () => {
  const { app, ids } = await withAccounts(1, { password: null })
  expect(await answerOf(disconnect(app, ids[0]))).toEqual({
    status: 400,
    body: { non_field_errors: ['Your account has no password set up.'] },
  })
})

test('keeps the last one where passwords do not count', async () => {
  const { app, ids } = await withAccounts(1, {}, { SOCIALACCOUNT_ONLY: 'true' })
  expect(await answerOf(disconnect(app, ids[0]))).toEqual({
    status: 400,
    body: {
      non_field_errors: ['You cannot disconnect your last remaining third-party account.'],
    },
  })
})

test('disconnects the last one where passwords log in all the same', async () => {
  const env = { SOCIALACCOUNT_ONLY: 'true', SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS: 'false' }
  const { app, ids } = await withAccounts(1, {}, env)
  expect((await disconnect(app, ids[0])).status).toBe(200)
})

test('describes the fields that dj-rest-auth does, of which none is read', async () => {
  const { app } = await withAccounts(0)
  const path = 'socialaccounts/1/disconnect/'
  const response = await app.request(path, { method: 'OPTIONS', headers: HEADERS })
  const text = { type: 'string', required: false, read_only: false }
  expect(await response.json()).toMatchObject({
    actions: {
      POST: {
        access_token: { ...text, label: 'Access token' },
        code: { ...text, label: 'Code' },
        id_token: { ...text, label: 'Id token' },
      },
    },
  })
})

test('keeps one of the last two that are disconnected at once', async () => {
  const { app, ids } = await withAccounts(2, { password: null })
  const answers = await Promise.all(ids.map((id) => disconnect(app, id)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
})

test.each([
  ['nobody’s', 999_999],
  ['none', 0],
  ['more digits than an id has', '99999999999999999999'],
])('does not find an id that is %s', async (_, id) => {
  const { app } = await withAccounts(1)
  expect(await answerOf(disconnect(app, id))).toEqual({
    status: 404,
    body: { detail: 'Not found.' },
  })
})

test('does not find somebody else’s', async () => {
  const { app, ids } = await withAccounts(1)
  const other = await createTestApp({
    data: 'kept',
    users: [aUser({ username: 'bob', tokenKey: 'b'.repeat(40) })],
  })
  const headers = { Authorization: `Token ${'b'.repeat(40)}` }
  const response = other.post(`socialaccounts/${ids[0]}/disconnect/`, {}, headers)
  expect(await answerOf(response)).toEqual({ status: 404, body: { detail: 'Not found.' } })
  expect(await answerOf(app.request('socialaccounts/', { headers: HEADERS }))).toMatchObject({
    body: [{ id: ids[0] }],
  })
})

test.each(['x', '-1', '1.5', ''])('has no URL for the id %j', async (id) => {
  const { app } = await withAccounts(1)
  expect((await disconnect(app, id)).status).toBe(404)
})
