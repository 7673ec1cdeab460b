import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { oneTimeCode } from '../conformance/one-time-code.ts'
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
      ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true',
      ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: 'true',
      MFA_ENABLED: 'true',
      MFA_TRUST_ENABLED: 'true',
    },
  )
})
afterAll(async () => {
  await browser.close()
  await service.stop()
})

const ADA = 'ada@example.com'
const PASSWORD = 'correct-horse-staple'

test('a mailed code follows a registration and a password; the second factor comes last', async () => {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const open = async (path: string): Promise<void> => {
    await page.goto(base + path)
    await page.locator('html[data-ready]').waitFor()
  }
  const fill = (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).and(page.locator(':visible')).fill(value)
  const press = (name: string) =>
    page.getByRole('button', { name, exact: true }).and(page.locator(':visible')).click()

  await open('pages/sign-up/')
  await fill('Username', 'ada')
  await fill('E-mail address (optional)', ADA)
  await fill('Password', PASSWORD)
  await fill('Password again', PASSWORD)
  await press('Create account')
  await page.getByText('a mail with a code is on its way').waitFor()
  await inspect(page, 'login-step')
  await fill('Code from the mail', await service.codeMailedTo(ADA))
  await press('Sign in')
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await press('Sign out')
  await page.getByText('You are signed out.').waitFor()

  const secret = await service.addTotp('ada')
  await open('pages/sign-in/')
  await fill('Username or e-mail address', 'ada')
  await fill('Password', PASSWORD)
  await press('Sign in')
  await page.getByText('a mail with a code is on its way').waitFor()
  const code = await service.codeMailedTo(ADA)
  await fill('Code from the mail', code === 'BBBBBB' ? 'CCCCCC' : 'BBBBBB')
  await press('Sign in')
  await page.getByText('Invalid code.').waitFor()
  await fill('Code from the mail', code)
  await press('Sign in')
  await page.locator('#verify-code').waitFor()
  const now = oneTimeCode({ secret, at: 0, digits: 6, periodSeconds: 30 }, new Date())
  await page.locator('#verify-code').fill(now)
  await page.getByLabel('Trust this device').and(page.locator(':visible')).check()
  await inspect(page, 'second-step-trust')
  await page.locator('#verify button[type="submit"]').click()
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await press('Sign out')
  await page.getByText('You are signed out.').waitFor()

  // One box spared both steps.
  await open('pages/sign-in/')
  await fill('Username or e-mail address', 'ada')
  await fill('Password', PASSWORD)
  await press('Sign in')
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await context.close()
})
