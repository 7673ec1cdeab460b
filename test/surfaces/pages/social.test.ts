import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const ours = 'https://auth.example.com/dj-rest-auth/pages/callback/github/'
const env = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }

test('has a button for a provider that may come back to our own page', async () => {
  const app = await createTestApp({ env: { ...env, GITHUB_CALLBACK_URL: ours } })
  const { html } = await readPage(await app.request('pages/sign-in/'))
  expect(html).toContain(`data-provider="github/" data-purpose="sign-in" data-callback="${ours}"`)
  expect(html).toMatch(
    /<svg class="icon"[^>]* aria-hidden="true">.*<\/svg>Continue with GitHub<\/button>/,
  )
  const account = await readPage(await app.request('pages/account/'))
  expect(account.html).toContain('</svg>Connect GitHub</button>')
  expect(account.html).toContain('<ul id="social-accounts"')
})

test('calls X what people call it', async () => {
  const TWITTER_CALLBACK_URL = ours.replace('github', 'twitter')
  const app = await createTestApp({
    env: {
      TWITTER_OAUTH2_CLIENT_ID: 'id',
      TWITTER_OAUTH2_CLIENT_SECRET: 'secret',
      TWITTER_CALLBACK_URL,
    },
  })
  const { html } = await readPage(await app.request('pages/sign-in/'))
  expect(html).toContain('</svg>Continue with X</button>')
})

test('has no button for a provider that leads to the frontend alone', async () => {
  const GITHUB_CALLBACK_URL = 'https://app.example.com/callback'
  const app = await createTestApp({ env: { ...env, GITHUB_CALLBACK_URL } })
  const { html } = await readPage(await app.request('pages/sign-in/'))
  expect(html).not.toContain('<button type="button"')
})

test('takes people back from a provider, and from no other', async () => {
  const app = await createTestApp({ env: { ...env, GITHUB_CALLBACK_URL: ours } })
  const { html } = await readPage(await app.request('pages/callback/github/?code=x&state=y'))
  expect(html).toContain('<p id="social-callback" data-path="github/">')
  expect((await app.request('pages/callback/google/')).status).toBe(404)
})

test('asks for no password where accounts have none', async () => {
  const only = { SOCIALACCOUNT_ONLY: 'true', ACCOUNT_EMAIL_VERIFICATION: 'none' }
  const app = await createTestApp({ env: { ...env, ...only, GITHUB_CALLBACK_URL: ours } })
  const page = await readPage(await app.request('pages/sign-in/'))
  expect(page.fieldsOf('sign-in')).toEqual([])
  expect(page.html).not.toContain('pages/forgot-password/')
  expect((await app.request('pages/sign-up/')).status).toBe(404)
})

test('asks for an address where a provider may give none', async () => {
  const callback = { ...env, GITHUB_CALLBACK_URL: ours }
  const app = await createTestApp({ env: { ...callback, SOCIAL_SIGNUP: 'true' } })
  const page = await readPage(await app.request('pages/callback/github/'))
  expect(page.fieldsOf('social-signup')).toEqual(['email'])
  expect(page.html).toContain('<div id="social-email" hidden>')
  const off = await createTestApp({ env: callback })
  const { html } = await readPage(await off.request('pages/callback/github/'))
  expect(html).not.toContain('social-email')
})
