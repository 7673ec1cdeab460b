import { Response, type Request } from 'miniflare'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
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
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    SOCIAL_SIGNUP: 'true',
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

/** GitHub, which knows no address of this person. */
async function gitHub(request: Request): Promise<Response | undefined> {
  const { host, pathname } = new URL(request.url)
  if (host === 'github.com') return Response.json({ access_token: 'gho_x', token_type: 'bearer' })
  if (host !== 'api.github.com') return undefined
  if (pathname === '/user/emails') return Response.json([])
  return Response.json({ id: 7, login: 'ada', name: 'Ada', email: null })
}

test('a provider without an address: the page asks for one, and the mail proves it', async () => {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 390, height: 844 },
  })
  const page = await context.newPage()
  await page.route('https://github.com/**', async (route) => {
    const query = new URL(route.request().url()).searchParams
    const back = new URL(query.get('redirect_uri') ?? '')
    back.searchParams.set('code', 'agreed')
    back.searchParams.set('state', query.get('state') ?? '')
    await route.fulfill({ status: 302, headers: { Location: back.href } })
  })
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const byGitHub = async (): Promise<void> => {
    await page.goto(`${base}pages/sign-in/`)
    await page.locator('html[data-ready]').waitFor()
    await inspect(page, 'social-sign-in')
    await press('Continue with GitHub')
  }

  await byGitHub()
  await page.getByText('GitHub gave us no e-mail address.').waitFor()
  await inspect(page, 'social-address')
  await page.getByLabel('E-mail address').fill('nobody')
  await press('Create account')
  await page.getByText('Enter a valid email address.').waitFor()
  await page.getByLabel('E-mail address').fill('ada@example.com')
  await press('Create account')
  await page.getByText('We have sent you a mail').waitFor()
  await page.goto(await service.linkMailedTo('ada@example.com'))
  await press('Confirm e-mail address')
  await page.getByText('your e-mail address is confirmed').waitFor()
  await byGitHub()
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await page.getByRole('button', { name: /^Disconnect: / }).waitFor()
  await context.close()
})
