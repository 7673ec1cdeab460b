import { Response, type Request } from 'miniflare'
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
  const settings = {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
    ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
    SOCIAL_SIGNUP: 'true',
    USER_FIELDS: JSON.stringify({
      phone: { type: 'phone', label: 'Phone', required: true, unique: true },
      'profile.company': { type: 'string', label: 'Company' },
    }),
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
    GITHUB_CALLBACK_URL: `${base}pages/callback/github/`,
  }
  service = await startService({ host: 'auth.localhost', port }, settings, gitHub)
})
afterAll(async () => {
  await browser.close()
  await service.stop()
})

/** GitHub, which knows an address of this person, and no phone. */
async function gitHub(request: Request): Promise<Response | undefined> {
  const { host, pathname } = new URL(request.url)
  if (host === 'github.com') return Response.json({ access_token: 'gho_x', token_type: 'bearer' })
  if (host !== 'api.github.com') return undefined
  const email = 'bob@example.com'
  if (pathname === '/user/emails') return Response.json([{ email, primary: true, verified: true }])
  return Response.json({ id: 8, login: 'bob', name: 'Bob', email })
}

async function newPage(): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 390, height: 844 },
  })
  return context.newPage()
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const field = (page: Page, label: RegExp | string) =>
  page.getByLabel(label).and(page.locator(':visible'))

async function expectAccount(page: Page, phone: string): Promise<void> {
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await expect.poll(() => page.getByLabel(/^Phone/).inputValue()).toBe(phone)
}

test('a mailed code that makes an account asks for its fields then, and keeps them', async () => {
  const page = await newPage()
  await page.goto(`${base}pages/sign-in/code/`)
  await page.locator('html[data-ready]').waitFor()
  await field(page, 'E-mail address').fill('ada@example.com')
  await press(page, 'Mail me a code')
  await page.getByText('a mail with a code is on its way').waitFor()
  expect(await page.getByLabel(/^Phone/).isVisible()).toBe(false)
  await field(page, 'Code from the mail').fill(await service.codeMailedTo('ada@example.com'))
  await press(page, 'Sign in')
  await page.getByText('This field is required.').waitFor()
  await inspect(page, 'code-sign-up')
  await field(page, /^Phone/).fill('nonsense')
  await press(page, 'Sign in')
  await page.getByText('Enter a valid phone number.').waitFor()
  await field(page, /^Phone/).fill('+49 89 123')
  await field(page, /^Company/).fill('Analytical Engines')
  await press(page, 'Sign in')
  await expectAccount(page, '+4989123')
  expect(await page.getByLabel(/^Company/).inputValue()).toBe('Analytical Engines')
  await page.context().close()
})

test('after a provider the page asks for the fields that it does not know, and for no address', async () => {
  const page = await newPage()
  await page.route('https://github.com/**', async (route) => {
    const query = new URL(route.request().url()).searchParams
    const back = new URL(query.get('redirect_uri') ?? '')
    back.searchParams.set('code', 'agreed')
    back.searchParams.set('state', query.get('state') ?? '')
    await route.fulfill({ status: 302, headers: { Location: back.href } })
  })
  await page.goto(`${base}pages/sign-in/`)
  await page.locator('html[data-ready]').waitFor()
  await press(page, 'Continue with GitHub')
  await field(page, /^Phone/).waitFor()
  expect(await page.getByLabel('E-mail address').isVisible()).toBe(false)
  await inspect(page, 'social-fields')
  await press(page, 'Create account')
  await page.getByText('This field may not be blank.').waitFor()
  await field(page, /^Phone/).fill('+49 89 777')
  await press(page, 'Create account')
  await expectAccount(page, '+4989777')
  await page.context().close()
})
