import { expect, test } from 'vitest'
import { buildAssets } from '../../../src/surfaces/pages/assets.build.ts'
import { loadAssets } from '../../../src/surfaces/pages/assets.ts'
import { loadWords } from '../../../src/i18n/load-words.ts'
import { createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

test('serves what the sources of script and style say', async () => {
  const { script, security, style } = await loadAssets()
  expect({ script, security, style }, 'run: node src/surfaces/pages/assets.build.ts').toEqual(
    await buildAssets(),
  )
})

test('lets nothing foreign into a page', async () => {
  const app = await createTestApp()
  const response = await app.request('pages/sign-in/')
  expect(response.headers.get('Content-Security-Policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  )
  const { html } = await readPage(response)
  expect(html).not.toMatch(/ style=| on\w+=|<style/)
  for (const [url] of html.matchAll(/(?<=(?:src|href)=")[^"]+/g)) {
    expect(url).toMatch(/^(?:\/dj-rest-auth\/|data:,$)/)
  }
})

test('serves script and style for ever under URLs that change with them', async () => {
  const app = await createTestApp({ env: { BRAND_COLOR: '#ffcc00' } })
  const { html } = await readPage(await app.request('pages/sign-in/'))
  const urls = [...html.matchAll(/"(\/dj-rest-auth\/pages\/(?:style\.css|script\.js)\?v=[^"]+)"/g)]
  expect(urls).toHaveLength(2)
  for (const [, url = ''] of urls) {
    const response = await app.request(new URL(url, 'https://auth.example.com').href)
    expect(response.status).toBe(200)
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(url).toContain('-ffcc00')
  }
  const style = await (await app.request('pages/style.css')).text()
  expect(style).toContain(':root{--brand:#ffcc00;--on-brand:#000000}')
})

test('speaks the language of the browser', async () => {
  const app = await createTestApp()
  const headers = { 'Accept-Language': 'ja,en;q=0.5' }
  const response = await app.request('pages/sign-in/', { headers })
  expect(response.headers.get('Content-Language')).toBe('ja')
  expect(response.headers.get('Vary')).toContain('Accept-Language')
  const { html, config } = await readPage(response)
  expect(html).toContain('<html lang="ja">')
  expect(html).toContain('<h1>ログイン</h1>')
  expect(config.language).toBe('ja')
})

test('shows the brand', async () => {
  const logo = 'https://cdn.example.com/logo.svg'
  const app = await createTestApp({ env: { BRAND_NAME: 'Müller & Co', BRAND_LOGO_URL: logo } })
  const response = await app.request('pages/sign-up/')
  expect(response.headers.get('Content-Security-Policy')).toContain(
    "img-src 'self' data: https://cdn.example.com;",
  )
  const { html } = await readPage(response)
  expect(html).toContain(`<img src="${logo}" alt="Müller &#38; Co" height="40">`)
  expect(html).toContain('· Müller &#38; Co</title>')
})

test('asks for what a login may name', async () => {
  const byEmail = await createTestApp({ env: { ACCOUNT_LOGIN_METHODS: 'email' } })
  const page = await readPage(await byEmail.request('pages/sign-in/'))
  expect(page.fieldsOf('sign-in')).toEqual(['login', 'password'])
  expect(page.html).toContain('E-mail address')
  expect(page.html).not.toContain('Username')
})

test('asks for the fields of a registration', async () => {
  const app = await createTestApp({ env: { ACCOUNT_SIGNUP_FIELDS: 'email*,password1*' } })
  const page = await readPage(await app.request('pages/sign-up/'))
  expect(page.fieldsOf('sign-up')).toEqual(['email', 'password1'])
  const usual = await createTestApp()
  const all = await readPage(await usual.request('pages/sign-up/'))
  expect(all.fieldsOf('sign-up')).toEqual(['username', 'email', 'password1', 'password2'])
})

test('says what a password needs before the first one is refused', async () => {
  const validator = (name: string, OPTIONS = {}) => ({
    NAME: `django.contrib.auth.password_validation.${name}`,
    OPTIONS,
  })
  const validators = [
    validator('MinimumLengthValidator', { min_length: 12 }),
    validator('NumericPasswordValidator'),
  ]
  const app = await createTestApp({
    env: { AUTH_PASSWORD_VALIDATORS: JSON.stringify(validators) },
  })
  const paths = ['pages/sign-up/', 'pages/account/', 'password/reset/confirm/1/x-y/']
  for (const path of paths) {
    const { html } = await readPage(await app.request(path))
    expect(html).toMatch(
      /<div class="hint" id="[\w-]+1-hint">The password needs:<ul><li>at least 12 characters<\/li><li>something else than digits, too<\/li><\/ul><\/div>\n<input [^>]*aria-describedby="[\w-]+1-hint [\w-]+1-error"/,
    )
  }
  const none = await createTestApp({ env: { AUTH_PASSWORD_VALIDATORS: '[]' } })
  expect((await readPage(await none.request('pages/sign-up/'))).html).not.toContain('hint')
})

test('offers another mail where a login fails for an unverified address', async () => {
  const app = await createTestApp()
  const headers = { 'Accept-Language': 'de' }
  const page = await readPage(await app.request('pages/sign-in/', { headers }))
  expect(page.html).toContain('<div id="unverified" hidden>')
  expect(page.fieldsOf('resend-email')).toEqual(['email'])
  const { messages } = await loadWords('de')
  expect(page.config.unverified).toBe(messages.login_unverified)
})

test('has no page for what strangers may not do', async () => {
  const app = await createTestApp({ env: { REGISTER_PERMISSION_CLASSES: 'IsAuthenticated' } })
  expect((await app.request('pages/sign-up/')).status).toBe(404)
  const { html } = await readPage(await app.request('pages/sign-in/'))
  expect(html).not.toContain('pages/sign-up/')
})

test('asks for the old password where a change needs it', async () => {
  const app = await createTestApp({ env: { OLD_PASSWORD_FIELD_ENABLED: 'true' } })
  const page = await readPage(await app.request('pages/account/'))
  expect(page.fieldsOf('password')).toEqual(['old_password', 'new_password1', 'new_password2'])
  expect(page.fieldsOf('profile')).toEqual(['username', 'email', 'first_name', 'last_name'])
})

test('are gone where BUILT_IN_PAGES is off', async () => {
  const HEADLESS_FRONTEND_URLS = JSON.stringify({
    account_confirm_email: 'https://app.example.com/verify/{key}',
    account_reset_password_from_key: 'https://app.example.com/reset/{key}',
  })
  const app = await createTestApp({ env: { BUILT_IN_PAGES: 'false', HEADLESS_FRONTEND_URLS } })
  for (const path of [
    'pages/sign-in/',
    'pages/account/',
    'registration/account-confirm-email/x/',
  ]) {
    expect((await app.request(path)).status).toBe(404)
  }
})

test('show what is mounted at URL_PREFIX, and nothing there in exact mode', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true' } })
  const { html } = await readPage(await app.request(''))
  expect(html).toContain('<td><code>/dj-rest-auth/token/refresh/</code></td>')
  expect(html).toContain('href="/dj-rest-auth/pages/sign-in/"')
  expect(html).not.toContain('<script')
  const exact = await createTestApp({ env: { DJANGO_COMPATIBILITY: 'exact' } })
  expect((await exact.request('')).status).toBe(404)
})
