import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const env = {
  CORS_ALLOWED_ORIGINS: 'https://app.example.com',
  CORS_ALLOWED_ORIGIN_REGEXES: '["https://[a-z]+\\\\.preview\\\\.example\\\\.com"]',
  CSRF_TRUSTED_ORIGINS: 'https://*.trusted.example',
  PAGES_ALLOWED_ORIGINS: 'https://shop.example.com',
}

async function destinationOf(next: string, more: Readonly<Record<string, string>> = {}) {
  const app = await createTestApp({ env: { ...env, ...more } })
  const response = await app.request(`pages/sign-in/?next=${encodeURIComponent(next)}`)
  return (await readPage(response)).config.destination
}

test.each([
  'https://app.example.com/after?x=1#y',
  'https://abc.preview.example.com/',
  'https://a.trusted.example/',
  'https://shop.example.com/cart',
  'https://auth.example.com/elsewhere',
  '/own/path?x=1',
])('leads back to %s', async (next) => {
  expect(await destinationOf(next)).toBe(next)
})

test.each([
  'https://evil.example/',
  'http://app.example.com/',
  'https://app.example.com.evil.example/',
  'https://app.example.com@evil.example/',
  'https://xabc.preview.example.com.evil.example/',
  'https://trusted.example.evil/',
  '//evil.example/',
  '/\\evil.example/',
  '\\/evil.example',
  '/\t/evil.example',
  ' https://app.example.com/',
  'javascript:alert(1)',
  'JavaScript:alert(1)//https://app.example.com',
  'data:text/html,x',
  'https:evil.example',
  '',
])('does not lead to %j', async (next) => {
  expect(await destinationOf(next)).toBe('/dj-rest-auth/pages/account/')
})

test('is no open redirect where any origin may call', async () => {
  const all = { CORS_ALLOW_ALL_ORIGINS: 'true' }
  expect(await destinationOf('https://evil.example/', all)).toBe('/dj-rest-auth/pages/account/')
})

test('leads to LOGIN_REDIRECT_URL without a next', async () => {
  const LOGIN_REDIRECT_URL = 'https://app.example.com/home'
  expect(await destinationOf('', { LOGIN_REDIRECT_URL })).toBe(LOGIN_REDIRECT_URL)
})

test('keeps an allowed next from page to page, and drops another', async () => {
  const app = await createTestApp({ env })
  const next = encodeURIComponent('https://app.example.com/a?b=c')
  const { html } = await readPage(await app.request(`pages/sign-in/?next=${next}`))
  expect(html).toContain(`href="/dj-rest-auth/pages/sign-up/?next=${next}"`)
  const evil = encodeURIComponent('https://evil.example/')
  const other = await readPage(await app.request(`pages/sign-in/?next=${evil}`))
  expect(other.html).toContain('href="/dj-rest-auth/pages/sign-up/"')
  expect(other.html).not.toContain('evil.example')
})
