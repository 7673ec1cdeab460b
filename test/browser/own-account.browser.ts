import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect, launchBrowser } from './browser.ts'
import { freePort } from './frontend.ts'
import { startService, type Service } from './service.ts'

let browser: Browser
let service: Service
let base: string

beforeAll(async () => {
  browser = await launchBrowser()
  const port = await freePort()
  base = `http://auth.localhost:${port}/dj-rest-auth/`
  service = await startService(
    { host: 'auth.localhost', port },
    {
      USE_JWT: 'true',
      JWT_AUTH_COOKIE: 'access',
      JWT_AUTH_REFRESH_COOKIE: 'refresh',
      ACCOUNT_EMAIL_VERIFICATION: 'none',
      REGISTRATION_SETS_JWT_COOKIES: 'true',
      ACCOUNT_DELETION: 'soft',
      DATA_EXPORT: 'true',
      USER_FIELDS: JSON.stringify({
        phone: { type: 'phone', required: true },
        'profile.company': { max_length: 10 },
        'profile.size': { type: 'choice', choices: ['S', 'M'] },
        news: { type: 'boolean' },
        'profile.tags': { type: 'json', max_bytes: 40 },
      }),
    },
  )
})
afterAll(async () => {
  await browser.close()
  await service.stop()
})

test('own fields are filled in and changed, data are taken along, and the account is left', async () => {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 390, height: 844 },
  })
  const page = await context.newPage()
  const open = async (path: string): Promise<void> => {
    await page.goto(base + path)
    await page.locator('html[data-ready]').waitFor()
  }
  const field = (label: string) => page.getByLabel(label, { exact: true })
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  await open('pages/sign-up/')
  await field('Username').fill('ada')
  await page.getByLabel(/^E-mail address/).fill('ada@example.com')
  await field('Password').fill('correct-horse-staple')
  await field('Password again').fill('correct-horse-staple')
  await field('Company (optional)').fill('much too long a name')
  await press('Create account')
  await page.getByText('This field may not be blank.').waitFor()
  await page.getByText('Ensure this field has no more than 10 characters.').waitFor()
  await inspect(page, 'own-fields-sign-up')
  await field('Phone').fill('+49 89 123456')
  await field('Company (optional)').fill('Analytics')
  await field('Size (optional)').selectOption('M')
  await field('News').check()
  await field('Tags (optional)').fill('{"a": ')
  await press('Create account')
  await page.getByText('Value must be valid JSON.').waitFor()
  await field('Tags (optional)').fill('{"a": [1, "b"]}')
  await press('Create account')

  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await expect.poll(() => field('Phone').inputValue()).toBe('+4989123456')
  expect(await field('Company (optional)').inputValue()).toBe('Analytics')
  expect(await field('Size (optional)').inputValue()).toBe('M')
  expect(await field('News').isChecked()).toBe(true)
  expect(JSON.parse(await field('Tags (optional)').inputValue())).toEqual({ a: [1, 'b'] })
  await field('Company (optional)').fill('Engines')
  await field('Tags (optional)').fill('')
  await field('News').uncheck()
  await press('Save')
  await page.getByText('Saved.').waitFor()
  await page.reload()
  await expect.poll(() => field('Company (optional)').inputValue()).toBe('Engines')
  expect(await field('News').isChecked()).toBe(false)
  expect(await field('Size (optional)').inputValue()).toBe('M')
  expect(await field('Tags (optional)').inputValue()).toBe('')
  await inspect(page, 'own-fields-account')

  const download = page.waitForEvent('download')
  await press('Download my data')
  const file = await readFile(await (await download).path(), 'utf8')
  expect(file).toContain('ada@example.com')
  page.once('dialog', (dialog) => void dialog.accept())
  await press('Delete my account')
  await page.getByText('Your account is locked and will be deleted on').waitFor()
  await field('Username or e-mail address').fill('ada')
  await field('Password').fill('correct-horse-staple')
  await press('Sign in')
  await page.getByText('Unable to log in').waitFor()
  await context.close()
})
