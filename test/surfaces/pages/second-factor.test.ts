import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const MFA = { MFA_ENABLED: 'true' }
const PASSKEYS = {
  PASSKEYS_ENABLED: 'true',
  PASSKEY_RP_ID: 'example.com',
  PASSKEY_RP_NAME: 'Example',
  PASSKEY_RP_ORIGINS: 'https://auth.example.com,https://app.example.com',
}
const GITHUB = {
  GITHUB_CLIENT_ID: 'id',
  GITHUB_CLIENT_SECRET: 'secret',
  GITHUB_CALLBACK_URL: 'https://auth.example.com/dj-rest-auth/pages/callback/github/',
}

test('there is nothing of second factors where they are off', async () => {
  const app = await createTestApp({ env: GITHUB })
  for (const path of ['pages/sign-in/', 'pages/account/', 'pages/callback/github/']) {
    const { html, config } = await readPage(await app.request(path))
    expect(html).not.toMatch(/second-step|passkey-sign-in|webauthn|pages\/security/)
    expect(config.passkeys).toBe(false)
  }
  for (const path of ['pages/security/', 'pages/security.js']) {
    expect((await app.request(path)).status).toBe(404)
  }
})

test('a login may ask for its second step, by password and by a provider', async () => {
  const app = await createTestApp({ env: { ...MFA, ...GITHUB } })
  for (const path of ['pages/sign-in/', 'pages/callback/github/']) {
    const { html, fieldsOf } = await readPage(await app.request(path))
    expect(html).toMatch(/<section id="second-step"[^>]* hidden>/)
    expect(html).toContain('action="/dj-rest-auth/mfa/verify/"')
    expect(html).toContain('autocomplete="one-time-code"')
    expect(fieldsOf('verify')).toEqual(['code'])
  }
})

test('the security page shows what the settings turn on, by a script of its own', async () => {
  const both = await createTestApp({ env: { ...MFA, ...PASSKEYS } })
  const { html, fieldsOf } = await readPage(await both.request('pages/security/'))
  expect(fieldsOf('totp-activate')).toEqual(['code'])
  expect(fieldsOf('totp-deactivate')).toEqual(['code'])
  expect(fieldsOf('passkey-add')).toEqual(['name'])
  expect(html).not.toContain('id="recovery-show"')
  const script = /src="(\/dj-rest-auth\/pages\/security\.js\?v=[^"]+)"/.exec(html)?.[1] ?? ''
  const response = await both.request(new URL(script, 'https://auth.example.com').href)
  expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
  expect(response.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
  const account = await readPage(await both.request('pages/account/'))
  expect(account.html).toContain('href="/dj-rest-auth/pages/security/"')

  const codes = await createTestApp({ env: { ...MFA, MFA_RECOVERY_CODES_SHOW_ONCE: 'false' } })
  const page = await readPage(await codes.request('pages/security/'))
  expect(page.html).toContain('id="recovery-show"')
  expect(page.html).not.toContain('passkeys-heading')
  const passkeys = await createTestApp({ env: PASSKEYS })
  expect((await readPage(await passkeys.request('pages/security/'))).html).not.toContain(
    'totp-heading',
  )
})

test('a change may ask for a recent proof, in the ways that the settings turn on', async () => {
  const app = await createTestApp({ env: { ...MFA, ...PASSKEYS } })
  for (const path of ['pages/security/', 'pages/account/']) {
    const { html, fieldsOf } = await readPage(await app.request(path))
    expect(html).toContain('<dialog id="prove" aria-labelledby="prove-heading">')
    expect(fieldsOf('prove-password')).toEqual(['password'])
    expect(fieldsOf('prove-code')).toEqual(['code'])
    expect(html).toContain('id="prove-passkey"')
    expect(html).toContain(`pages/sign-in/?next=${encodeURIComponent(`/dj-rest-auth/${path}`)}`)
  }
  const off = await createTestApp({ env: { ...MFA, MFA_REAUTHENTICATION_REQUIRED: 'false' } })
  const page = await readPage(await off.request('pages/security/'))
  expect(page.html).not.toContain('<dialog')
})

test('passkeys are offered where the settings name the own origin, and nowhere else', async () => {
  const here = await createTestApp({ env: PASSKEYS })
  const page = await readPage(await here.request('pages/sign-in/'))
  expect(page.config.passkeys).toBe(true)
  expect(page.html).toContain('autocomplete="username webauthn"')
  expect(page.html).toContain('id="passkey-sign-in"')
  for (const other of [
    { PASSKEY_RP_ORIGINS: 'https://app.example.com' },
    { PASSKEY_RP_ID: 'ample.com' },
    { PASSKEY_RP_NAME: '' },
  ]) {
    const elsewhere = await createTestApp({ env: { ...PASSKEYS, ...other } })
    const { html, config } = await readPage(await elsewhere.request('pages/sign-in/'))
    expect(config.passkeys).toBe(false)
    expect(html).not.toContain('passkey-sign-in')
    const security = await readPage(await elsewhere.request('pages/security/'))
    expect(security.fieldsOf('passkey-add')).toEqual([])
    expect(security.html).toContain('<p id="passkeys-unsupported">')
  }
})
