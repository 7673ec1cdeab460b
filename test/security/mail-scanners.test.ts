import { expect, test } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { everythingIn } from '../support/everything.ts'
import { EVERY_ROUTE } from '../support/every-route.ts'

/** Programs that look at mails before people do follow every link, some of them with a POST. */
const ENV = {
  ...EVERY_ROUTE,
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'false',
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'false',
  ACCOUNT_RATE_LIMITS: 'false',
  PUBLIC_URL: 'https://auth.example.com',
}
const KINDS = [
  'registration/account-confirm-email/',
  'password/reset/confirm/',
  'pages/sign-in/link/',
  'pages/undo-deletion/',
  'pages/undo-email/',
]

/** Has every mail with a link sent; answers the links. */
async function mailedLinks(app: TestApp): Promise<readonly string[]> {
  const login = app.post('login/', { username: 'alice', password: 'right-horse-staple' })
  const headers = { Authorization: `Token ${await memberOf(login, 'key')}` }
  await app.post('registration/resend-email/', { email: 'bob@example.com' })
  await app.post('emails/', { email: 'new@example.com' }, headers)
  await app.settle()
  const link = app.mailbox.find(({ to }) => to === 'new@example.com')?.text ?? ''
  const key = /confirm-email\/([^/\s]+)\//.exec(link)?.[1]
  expect((await app.post('registration/verify-email/', { key })).status).toBe(200)
  await app.post('emails/', { email: 'newer@example.com' }, headers)
  await app.post('password/reset/', { email: 'alice@example.com' })
  await app.post('login/link/request/', { email: 'alice@example.com' })
  expect((await app.post('user/delete/', {}, headers)).status).toBe(200)
  await app.settle()
  return app.mailbox.flatMap(({ text }) => text.match(/https:\/\/auth\S+/g) ?? [])
}

test('whoever only follows the links of mails changes nothing', async () => {
  const app = await createTestApp({
    env: ENV,
    users: [aUser(), aUser({ username: 'bob', emailVerified: false })],
  })
  const links = await mailedLinks(app)
  for (const kind of KINDS)
    expect([kind, links.some((one) => one.includes(kind))]).toEqual([kind, true])
  const before = await everythingIn(app)
  for (const link of links) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const isPost = method === 'POST'
      // What stands behind # stays in the browser.
      const response = await app.request(link.split('#')[0] ?? '', {
        method,
        headers: {
          'User-Agent': 'a scanner',
          ...(isPost ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
        },
        ...(isPost ? { body: '' } : {}),
      })
      expect([link, method, response.headers.getSetCookie()]).toEqual([link, method, []])
    }
  }
  expect(await everythingIn(app)).toBe(before)
})
