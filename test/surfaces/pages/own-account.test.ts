import { expect, test } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { readPage } from './page.ts'

const USER_FIELDS = JSON.stringify({
  phone: { type: 'phone', required: true, help_text: 'With its country code.' },
  'profile.job_title': { max_length: 80 },
  'profile.size': { type: 'choice', choices: ['S', '<M>'], label: 'T-shirt' },
  born: { type: 'date' },
  news: { type: 'boolean' },
  plan: { write: 'staff' },
  notes: { read: 'staff' },
  settings: { type: 'json' },
})

test('forms ask for the own fields that their owner fills in', async () => {
  const app = await createTestApp({ env: { USER_FIELDS } })
  const own = ['phone', 'profile.job_title', 'profile.size', 'born', 'news']
  const signUp = await readPage(await app.request('pages/sign-up/'))
  const inputs = own.filter((name) => name !== 'profile.size')
  expect(signUp.fieldsOf('sign-up').slice(-4)).toEqual(inputs)
  const account = await readPage(await app.request('pages/account/'))
  expect(account.fieldsOf('profile').slice(-4)).toEqual(inputs)
  for (const { html } of [signUp, account]) {
    expect(html).toMatch(/<input [^>]*name="phone" type="tel" autocomplete="tel"[^>]* required /)
    expect(html).toContain('With its country code.')
    expect(html).toMatch(/Job title <span class="quiet">\(optional\)<\/span>/)
    expect(html).toMatch(/T-shirt[^]*<option>S<\/option><option>&#60;M&#62;<\/option>/)
    expect(html).toMatch(/name="born" type="date"/)
    expect(html).toMatch(/name="news" type="checkbox"/)
    expect(html).toMatch(/<textarea id="[^"]+" name="settings" rows="4"[^>]*><\/textarea>/)
    expect(html).not.toMatch(/name="(?:plan|notes)"/)
  }
})

test('the account page offers data and leaving where the settings do', async () => {
  const app = await createTestApp({ env: { ACCOUNT_DELETION: 'soft', DATA_EXPORT: 'true' } })
  const { html } = await readPage(await app.request('pages/account/'))
  expect(html).toContain('id="data-export"')
  expect(html).toContain('id="account-delete"')
  expect(html).toContain('<dialog id="prove"')
  const off = await createTestApp()
  expect((await readPage(await off.request('pages/account/'))).html).not.toContain('leaving')
})

test('a box has a login outlive the browser, where the setting says so', async () => {
  const mailed = { ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true', ACCOUNT_LOGIN_BY_LINK_ENABLED: 'true' }
  const paths = ['sign-in', 'sign-up', 'sign-in/code', 'sign-in/link']
  for (const REMEMBER_ME of ['true', 'false']) {
    const app = await createTestApp({ env: { ...mailed, USE_JWT: 'true', REMEMBER_ME } })
    for (const path of paths) {
      const { html } = await readPage(await app.request(`pages/${path}/`))
      const boxes = html.match(/name="remember" type="checkbox"/g) ?? []
      expect([path, boxes.length]).toEqual([path, REMEMBER_ME === 'true' ? 1 : 0])
    }
  }
})
