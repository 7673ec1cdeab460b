import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../support/app.ts'

const ONLY = { SOCIALACCOUNT_ONLY: 'true', ACCOUNT_EMAIL_VERIFICATION: 'none' }
const PASSWORD = 'right-horse-staple'
const tokenKey = 'a'.repeat(40)

/** Every endpoint that takes or sets a password, with a body that works where it exists. */
const PASSWORD_ENDPOINTS: Readonly<Record<string, object>> = {
  'login/': { username: 'alice', password: PASSWORD },
  'registration/': {
    username: 'eve',
    email: 'e@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  },
  'password/reset/': { email: 'alice@example.com' },
  'password/reset/confirm/': {
    uid: '1',
    token: 'x',
    new_password1: PASSWORD,
    new_password2: PASSWORD,
  },
  'password/change/': { new_password1: 'quite-Another-9', new_password2: 'quite-Another-9' },
}

test.each(Object.entries(PASSWORD_ENDPOINTS))(
  'with SOCIALACCOUNT_ONLY there is no %s, with and without the slash',
  async (path, body) => {
    const app = await createTestApp({ env: ONLY, users: [aUser({ password: PASSWORD, tokenKey })] })
    const headers = { Authorization: `Token ${tokenKey}` }
    for (const one of [path, path.slice(0, -1)]) {
      expect((await app.post(one, body, headers)).status).toBe(404)
    }
    await app.settle()
    expect(app.mailbox).toEqual([])
  },
)

test('in exact mode they stay, as in dj-rest-auth', async () => {
  const app = await createTestApp({
    env: { ...ONLY, DJANGO_COMPATIBILITY: 'exact' },
    users: [aUser({ password: PASSWORD })],
  })
  expect((await app.post('login/', PASSWORD_ENDPOINTS['login/'])).status).toBe(200)
})
