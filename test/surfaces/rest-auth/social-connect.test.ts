import { expect, test } from 'vitest'
import { answerOf, cookieAttributesOf, cookieHeaderOf, memberOf } from '../../support/answer.ts'
import { aUser } from '../../support/app.ts'
import { facebookKnows, FAY, TIA, twitterKnows } from '../../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../../support/seed.ts'
import { anApp, FB, meOf, refusal, stored, tokenOf, TW } from './social.ts'

test('connects a social account to the caller', async () => {
  const app = await anApp({}, { users: [aUser()] })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(facebookKnows(FAY))
  const key = await memberOf(app.post('facebook/connect/', FB, headers), 'key')
  expect(await meOf(app, key)).toMatchObject({ username: 'alice', email: 'alice@example.com' })
  expect(await stored(app)).toMatchObject({
    addresses: ['1 alice@example.com verified'],
    accounts: ['1 facebook 10001'],
  })
  expect(await memberOf(app.post('facebook/', FB), 'key')).toBe(key)
  expect((await app.post('facebook/connect/', FB, headers)).status).toBe(200)
  expect((await stored(app)).accounts).toHaveLength(1)
})

test('does not connect for a stranger', async () => {
  const app = await anApp()
  expect(await answerOf(app.post('facebook/connect/', FB))).toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  })
})

test('does not connect a social account of somebody else, and logs nobody in as them', async () => {
  const app = await anApp({}, { users: [aUser(), aUser({ username: 'bob' })] })
  const userId = await userIdOf(app.deps(), 'bob')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(facebookKnows(FAY))
  expect(await answerOf(app.post('facebook/connect/', FB, headers))).toEqual(
    refusal('The third-party account is already connected to a different account.'),
  )
  expect((await stored(app)).accounts).toEqual([`${userId} facebook 10001`])
})

test('connects an account at Twitter', async () => {
  const app = await anApp({}, { users: [aUser()] })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(twitterKnows(TIA))
  expect((await app.post('twitter/connect/', TW, headers)).status).toBe(200)
  expect((await stored(app)).accounts).toEqual(['1 twitter 20002'])
})

test('opens no session to connect where SESSION_LOGIN is off, though a social login does', async () => {
  const env = { SESSION_LOGIN: 'false', SOCIAL_LOGIN_SESSIONS: 'true' }
  const app = await anApp(env, { users: [aUser()] })
  const headers = await tokenOf(app, 'alice')
  app.outside.setExchanges(facebookKnows(FAY))
  const connected = await app.post('facebook/connect/', FB, headers)
  expect(connected.status).toBe(200)
  expect(cookieHeaderOf(connected)).not.toMatch(/sessionid|csrftoken/)
  expect(cookieHeaderOf(await app.post('facebook/', FB))).toMatch(/sessionid/)
})

test('leaves an empty session of Twitter’s tokens where SESSION_LOGIN is off, as the reference does', async () => {
  for (const [sessions, left] of [
    ['true', ['sessionid']],
    ['false', []],
  ] as const) {
    const env = { SESSION_LOGIN: 'false', SOCIAL_LOGIN_SESSIONS: sessions }
    const app = await anApp(env, { users: [aUser()] })
    const headers = await tokenOf(app, 'alice')
    app.outside.setExchanges(twitterKnows(TIA))
    const connected = await app.post('twitter/connect/', TW, headers)
    expect(connected.status).toBe(200)
    expect(Object.keys(cookieAttributesOf(connected))).toEqual(left)
    const cookies = { headers: { Cookie: cookieHeaderOf(connected) } }
    expect((await app.request('user/', cookies)).status).toBe(401)
  }
})

test('goes on in the caller’s session when they connect', async () => {
  const app = await anApp({ SESSION_LOGIN: 'true' }, { users: [aUser()] })
  const login = await app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  const cookies = cookieHeaderOf(login)
  const csrf = /csrftoken=([^;]+)/.exec(cookies)?.[1] ?? ''
  app.outside.setExchanges(facebookKnows(FAY))
  const headers = { Cookie: cookies, 'X-CSRFToken': csrf, Origin: 'https://auth.example.com' }
  const response = await app.post('facebook/connect/', FB, headers)
  expect(response.status).toBe(200)
  const session = /sessionid=([^;]+)/.exec(cookies)?.[1]
  expect(cookieHeaderOf(response)).toContain(`sessionid=${session}`)
})
