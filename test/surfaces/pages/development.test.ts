import { expect, test } from 'vitest'
import { createService } from '../../../src/service.ts'
import { EMAIL_KINDS } from '../../../src/i18n/languages/email-kinds.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const local = 'http://localhost:8787/dj-rest-auth/'
const env = { DEV_MAILBOX: 'true', SITE_NAME: 'Acme' }

/** The app with the transport that its settings choose, which the test app replaces. */
async function developmentApp(): Promise<TestApp> {
  const app = await createTestApp({ env, users: [aUser()] })
  const deferred: Promise<unknown>[] = []
  const { fetch } = createService(app.settings, () => {
    const { now, randomBytes, log, client, fetch: outside } = app.deps()
    const defer = (work: Promise<unknown>): void => void deferred.push(work)
    return { fetch: outside, now: () => now, randomBytes, log, client, defer }
  })
  await fetch(
    new Request(`${local}password/reset/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'alice@example.com' }),
    }),
  )
  await Promise.all(deferred)
  return app
}

test('keeps mails, lists them with their links, and shows each', async () => {
  const app = await developmentApp()
  const list = await readPage(await app.request(`${local}dev/mailbox/`))
  expect(list.html).toContain('[Acme] Password Reset Email')
  expect(list.html).toMatch(
    /href="http:\/\/localhost:8787\/dj-rest-auth\/password\/reset\/confirm\//,
  )
  expect(list.html).toContain('href="/dj-rest-auth/dev/mailbox/1/"')

  const response = await app.request(`${local}dev/mailbox/1/`)
  expect(response.headers.get('Content-Security-Policy')).toContain("frame-src 'self'")
  const one = await readPage(response)
  expect(one.html).toContain('src="/dj-rest-auth/dev/mailbox/1/html"')
  expect(one.html).toMatch(/<pre[^>]*>Hello,/)

  const framed = await app.request(`${local}dev/mailbox/1/html`)
  expect(framed.headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
  expect(framed.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  expect(await framed.text()).toContain('>Choose a new password</a>')
})

test('tells programs the links of mails', async () => {
  const app = await developmentApp()
  const response = await app.request(`${local}dev/mailbox.json`)
  expect(await response.json()).toEqual([
    {
      id: 1,
      to: 'alice@example.com',
      subject: '[Acme] Password Reset Email',
      text: expect.stringContaining('Hello,'),
      html: expect.stringContaining('<html lang="en">'),
      sent_at: expect.stringMatching(/^\d{4}-.*Z$/),
      links: [expect.stringMatching(/\/password\/reset\/confirm\/1\/[a-z0-9]+-[0-9a-f]{32}\/$/)],
    },
  ])
})

test('is emptied by its button', async () => {
  const app = await developmentApp()
  const response = await app.request(`${local}dev/mailbox/`, { method: 'POST' })
  expect(response.status).toBe(303)
  expect(response.headers.get('Location')).toBe('/dj-rest-auth/dev/mailbox/')
  expect(await (await app.request(`${local}dev/mailbox.json`)).json()).toEqual([])
  expect((await app.request(`${local}dev/mailbox/1/`)).status).toBe(404)
})

test.each([
  'dev/mailbox/',
  'dev/mailbox.json',
  'dev/mailbox/1/',
  'dev/mailbox/1/html',
  'dev/emails/',
])('shows %s to nobody elsewhere', async (path) => {
  const app = await developmentApp()
  for (const host of ['auth.example.com', 'localhost.example.com', '127.0.0.1.nip.io']) {
    const response = await app.request(`https://${host}/dj-rest-auth/${path}`)
    expect(response.status).toBe(404)
  }
})

test('does not exist without the setting', async () => {
  const app = await createTestApp()
  expect((await app.request(`${local}dev/mailbox/`)).status).toBe(404)
  expect((await app.request(`${local}dev/emails/`)).status).toBe(404)
})

test('previews every mail in every language', async () => {
  const app = await createTestApp({ env })
  const { html } = await readPage(await app.request(`${local}dev/emails/`))
  for (const kind of EMAIL_KINDS) expect(html).toContain(`dev/emails/${kind}/ja/`)
  const page = await readPage(await app.request(`${local}dev/emails/confirm_email/fr/`))
  expect(page.html).toContain('<h1>[Acme] Veuillez confirmer votre adresse e-mail</h1>')
  const framed = await app.request(`${local}dev/emails/confirm_email/fr/html`)
  expect(await framed.text()).toContain('<html lang="fr">')
  expect((await app.request(`${local}dev/emails/confirm_email/tlh/`)).status).toBe(404)
  expect((await app.request(`${local}dev/emails/constructor/de/`)).status).toBe(404)
})

test('previews a mail with the values of an account, its link a good one', async () => {
  const app = await createTestApp({ env, users: [aUser({ firstName: '<b>' })] })
  const about = (text: string) =>
    `${local}dev/emails/password_reset/en/?about=${encodeURIComponent(text)}`
  const { html } = await readPage(await app.request(about('alice@example.com')))
  const [, uid, token] = /password\/reset\/confirm\/([^/"]+)\/([^/"]+)\//.exec(html) ?? []
  expect(html).toContain('en/html?about=alice%40example.com')
  const framed = await app.request(`${local}dev/emails/password_reset/en/html?about=alice`)
  expect(await framed.text()).toContain('alice')
  const passwords = { new_password1: 'quite-Another-9', new_password2: 'quite-Another-9' }
  const reset = await app.post('password/reset/confirm/', { uid, token, ...passwords })
  expect(reset.status).toBe(200)
  const nobody = await readPage(await app.request(about('"><script>nobody')))
  expect(nobody.html).toContain('There is no such account')
  expect(nobody.html).not.toContain('"><script>nobody')
  const elsewhere = about('alice').replace('localhost', 'auth.example.com')
  expect((await app.request(elsewhere)).status).toBe(404)
})
