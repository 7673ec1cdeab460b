import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const env = { PUBLIC_URL: 'https://auth.example.com' }

async function linkIn(app: TestApp): Promise<string> {
  await app.settle()
  return /https:\/\/\S+/.exec(app.mailbox.at(-1)?.text ?? '')?.[0] ?? ''
}

test('a verification mail leads to a page whose button verifies; looking changes nothing', async () => {
  const app = await createTestApp({ env: { ...env, ACCOUNT_EMAIL_VERIFICATION: 'mandatory' } })
  const account = { username: 'ada', password1: 'quite-A-good-1', password2: 'quite-A-good-1' }
  await app.post('registration/', { ...account, email: 'ada@example.com' })
  const link = await linkIn(app)
  const page = await readPage(await app.request(link))
  expect(page.fieldsOf('confirm-email')).toEqual(['key'])
  const login = { username: 'ada', password: 'quite-A-good-1' }
  expect((await app.post('login/', login)).status).toBe(400)

  const key = /name="key" value="([^"]+)"/.exec(page.html)?.[1]?.replaceAll('&#58;', ':')
  expect((await app.post('registration/verify-email/', { key })).status).toBe(200)
  expect((await app.post('login/', login)).status).toBe(200)
})

test('a reset mail leads to a page that holds uid and token for the API', async () => {
  const app = await createTestApp({ env, users: [aUser()] })
  await app.post('password/reset/', { email: 'alice@example.com' })
  const page = await readPage(await app.request(await linkIn(app)))
  expect(page.fieldsOf('set-password')).toEqual(['uid', 'token', 'new_password1', 'new_password2'])
  const hidden = (name: string) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec(page.html)?.[1] ?? ''
  const response = await app.post('password/reset/confirm/', {
    uid: hidden('uid'),
    token: hidden('token'),
    new_password1: 'quite-Another-9',
    new_password2: 'quite-Another-9',
  })
  expect(response.status).toBe(200)
})

test('serves the page that says a mail is on its way, with and without the slash', async () => {
  const app = await createTestApp()
  for (const slash of ['/', '']) {
    const path = `registration/account-email-verification-sent${slash}`
    const page = await readPage(await app.request(path))
    expect(page.fieldsOf('resend-email')).toEqual(['email'])
  }
})

test.each(['account-email-verification-sent/', 'account-confirm-email/x/'])(
  'refuses a form posted to %s, as Django does',
  async (path) => {
    const app = await createTestApp({ env: { DJANGO_COMPATIBILITY: 'exact' } })
    const response = await app.post(`registration/${path}`, {})
    expect(response.status).toBe(403)
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  },
)

test('lets no markup of a link into the page', async () => {
  const app = await createTestApp()
  const evil = encodeURIComponent('"><script>alert(1)</script>')
  const paths = [`registration/account-confirm-email/${evil}/`, `password/reset/confirm/${evil}/x/`]
  for (const path of paths) {
    const { html } = await readPage(await app.request(path))
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&#34;&#62;&#60;script&#62;')
  }
})
