import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { BY_MAIL } from '../../support/mailed.ts'
import { readPage } from './page.ts'

test('the sign-in page offers what the settings turn on, and keeps where to go', async () => {
  const app = await createTestApp({ env: BY_MAIL })
  const { html } = await readPage(await app.request('pages/sign-in/?next=/after'))
  expect(html).toContain('href="/dj-rest-auth/pages/sign-in/code/?next=%2Fafter"')
  expect(html).toContain('href="/dj-rest-auth/pages/sign-in/link/?next=%2Fafter"')
  const off = await createTestApp()
  expect((await readPage(await off.request('pages/sign-in/'))).html).not.toContain('sign-in/code')
  for (const path of ['pages/sign-in/code/', 'pages/sign-in/link/']) {
    expect((await off.request(path)).status).toBe(404)
  }
})

test('neither page uses anything up: a code is typed, a link wants a click', async () => {
  const app = await createTestApp({ env: { ...BY_MAIL, MFA_ENABLED: 'true' } })
  const code = await readPage(await app.request('pages/sign-in/code/'))
  expect(code.fieldsOf('login-code-request')).toEqual(['email'])
  expect(code.fieldsOf('login-code')).toEqual(['code'])
  expect(code.html).toContain('<section id="second-step"')
  const link = await readPage(await app.request('pages/sign-in/link/'))
  expect(link.fieldsOf('login-link')).toEqual([])
  expect(link.html).toContain('<div id="login-link-click" hidden>')
  expect(link.html).toContain('<section id="second-step"')
})

test('accounts without passwords are not offered them', async () => {
  const app = await createTestApp({
    env: {
      ...BY_MAIL,
      SOCIALACCOUNT_ONLY: 'true',
      ACCOUNT_EMAIL_VERIFICATION: 'none',
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET: 'secret',
    },
  })
  expect((await app.request('pages/sign-in/code/')).status).toBe(404)
  expect((await readPage(await app.request('pages/sign-in/'))).html).not.toContain('sign-in/code')
})

test('addresses and passwords by code: the pages ask for codes instead of links', async () => {
  const app = await createTestApp({
    env: {
      ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
      ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
    },
  })
  const sent = await readPage(await app.request('registration/account-email-verification-sent/'))
  expect(sent.fieldsOf('confirm-code')).toEqual(['code'])
  expect(sent.html).toContain('we send a new code')
  const forgot = await readPage(await app.request('pages/forgot-password/'))
  expect(forgot.fieldsOf('reset-code')).toEqual(['code', 'new_password1', 'new_password2'])
  const usual = await createTestApp()
  const page = await readPage(await usual.request('pages/forgot-password/'))
  expect(page.fieldsOf('reset-code')).toEqual([])
  expect(page.html).toContain('Send the link')
})

test('the account page lists addresses where they are managed', async () => {
  const app = await createTestApp({ env: { EMAIL_MANAGEMENT: 'true' } })
  const page = await readPage(await app.request('pages/account/'))
  expect(page.fieldsOf('email-add')).toEqual(['email'])
  const off = await createTestApp()
  expect((await readPage(await off.request('pages/account/'))).html).not.toContain('id="emails"')
})
