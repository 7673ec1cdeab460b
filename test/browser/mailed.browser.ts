import type { Browser, Page } from 'playwright-core'
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
      ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
      ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
      ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
      ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
      ACCOUNT_LOGIN_BY_LINK_ENABLED: 'true',
      EMAIL_MANAGEMENT: 'true',
    },
  )
})
afterAll(async () => {
  await browser.close()
  await service.stop()
})

const ADA = 'ada@example.com'

test('codes and links by mail confirm, sign in and set a password; addresses are managed', async () => {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 390, height: 844 },
  })
  const page = await context.newPage()
  const open = async (path: string): Promise<void> => {
    await page.goto(base + path)
    await page.locator('html[data-ready]').waitFor()
  }
  const fill = (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).and(page.locator(':visible')).fill(value)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const signOut = async (): Promise<void> => {
    await open('pages/account/')
    await press('Sign out')
    await page.getByText('You are signed out.').waitFor()
  }

  await open('pages/sign-up/')
  await fill('Username', 'ada')
  await fill('E-mail address', ADA)
  await fill('Password', 'correct-horse-staple')
  await fill('Password again', 'correct-horse-staple')
  await press('Create account')
  await page.getByText('Type the code in it').waitFor()
  await inspect(page, 'mailed-confirm')
  await fill('Code from the mail', otherThan(await service.codeMailedTo(ADA)))
  await press('Confirm e-mail address')
  await page.getByText('Invalid code.').waitFor()
  await fill('E-mail address', ADA)
  await press('Send a new code')
  await page.getByText('a mail with a code is on its way').waitFor()
  await fill('Code from the mail', await service.codeMailedTo(ADA))
  await press('Confirm e-mail address')
  await page.getByText('your e-mail address is confirmed').waitFor()

  await open('pages/sign-in/')
  await inspect(page, 'mailed-sign-in')
  await page.getByRole('link', { name: 'Sign in with a code by mail' }).click()
  await fill('E-mail address', ADA)
  await press('Mail me a code')
  await page.getByText('a mail with a code is on its way').waitFor()
  await inspect(page, 'mailed-code')
  const code = await service.codeMailedTo(ADA)
  await fill('Code from the mail', otherThan(code))
  await press('Sign in')
  await page.getByText('Invalid code.').waitFor()
  await fill('Code from the mail', code)
  await press('Sign in')
  await expectSignedIn(page)

  await signOut()
  await page.getByRole('link', { name: 'Sign in with a link by mail' }).click()
  await fill('E-mail address', ADA)
  await press('Mail me a link')
  await page.getByText('a mail with a link is on its way').waitFor()
  const link = await service.linkMailedTo(ADA)
  await page.goto(link)
  await page.getByText('One click, and you are signed in.').waitFor()
  await inspect(page, 'mailed-link')
  await press('Sign in')
  await expectSignedIn(page)
  await signOut()
  await page.goto(link)
  await press('Sign in')
  await page.getByText('This link is no longer good').waitFor()
  await page.getByRole('button', { name: 'Mail me a link' }).waitFor()

  await open('pages/forgot-password/')
  await fill('E-mail address', ADA)
  await press('Send the code')
  await fill('Code from the mail', await service.codeMailedTo(ADA))
  await fill('New password', 'another-horse-staple')
  await fill('New password again', 'another-horse-staple')
  await inspect(page, 'mailed-reset')
  await press('Save the new password')
  await page.getByText('Your new password is saved').waitFor()
  await open('pages/sign-in/')
  await fill('Username or e-mail address', 'ada')
  await fill('Password', 'another-horse-staple')
  await press('Sign in')
  await expectSignedIn(page)

  await page.getByText(`${ADA} · main address`).waitFor()
  const adding = page.locator('#email-add')
  await adding.getByLabel('E-mail address').fill('ada@example.net')
  await press('Add an address')
  await page.getByText('ada@example.net · not confirmed').waitFor()
  await inspect(page, 'mailed-addresses')
  await page.goto(await service.linkMailedTo('ada@example.net'))
  await press('Confirm e-mail address')
  await page.getByText('your e-mail address is confirmed').waitFor()
  await open('pages/account/')
  await press('Make it the main one: ada@example.net')
  await page.getByText('ada@example.net · main address').waitFor()
  await press(`Delete: ${ADA}`)
  await page.getByText(ADA).waitFor({ state: 'detached' })
  await context.close()
})

async function expectSignedIn(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  const shown = page.getByLabel('Username', { exact: true })
  await shown.waitFor()
  await expect.poll(() => shown.inputValue()).toBe('ada')
}

/** Another code of the same form. */
function otherThan(code: string): string {
  return code === 'BBBBBB' ? 'CCCCCC' : 'BBBBBB'
}
