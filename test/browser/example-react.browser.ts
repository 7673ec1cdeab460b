import { Response, type Request } from 'miniflare'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { plugInAuthenticator } from './authenticator.ts'
import { inspect, launchBrowser } from './browser.ts'
import { exampleSettings, freePort, startFrontend, type Frontend } from './frontend.ts'
import { startService, type Service } from './service.ts'

let browser: Browser
let service: Service
let frontend: Frontend
let origin: string

beforeAll(async () => {
  browser = await launchBrowser()
  const [port, servicePort] = [await freePort(), await freePort()]
  origin = `http://localhost:${port}`
  const settings = {
    ...exampleSettings('react', origin),
    // One test uses codes of several periods, each once.
    MFA_TOTP_TOLERANCE: '5',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
    GITHUB_CALLBACK_URL: `${origin}/callback/github`,
  }
  service = await startService({ host: 'localhost', port: servicePort }, settings, gitHub)
  frontend = await startFrontend('react', ['serve.mjs', String(port)], {
    port,
    serviceUrl: `http://localhost:${servicePort}/dj-rest-auth/`,
    env: { SOCIAL_PROVIDERS: 'github' },
  })
})
afterAll(async () => {
  await browser.close()
  await frontend.stop()
  await service.stop()
})

/** What GitHub answers of the person that the tests are about. */
async function gitHub(request: Request): Promise<Response | undefined> {
  const { host, pathname } = new URL(request.url)
  if (host === 'github.com') return Response.json({ access_token: 'gho_x', token_type: 'bearer' })
  if (host !== 'api.github.com') return undefined
  if (pathname === '/user/emails') {
    return Response.json([{ email: 'ada@example.com', primary: true, verified: true }])
  }
  return Response.json({ id: 7, login: 'ada', name: 'Ada', email: 'ada@example.com' })
}

/** The page of GitHub where one agrees: it sends back at once. */
async function agreeAtGitHub(page: Page): Promise<void> {
  await page.route('https://github.com/**', async (route) => {
    const query = new URL(route.request().url()).searchParams
    const back = new URL(query.get('redirect_uri') ?? '')
    back.searchParams.set('code', 'agreed')
    back.searchParams.set('state', query.get('state') ?? '')
    await route.fulfill({ status: 302, headers: { Location: back.href } })
  })
}

function codeOf(secret: string, at: number): string {
  return oneTimeCode({ secret, at, digits: 6, periodSeconds: 30 }, new Date())
}

test('the React example shows second factors, passkeys, providers and logins', async () => {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const authenticator = await plugInAuthenticator(page)
  await agreeAtGitHub(page)
  const open = (path: string) => page.goto(origin + path)
  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const signedIn = () => page.getByText('Signed in as ada').waitFor()
  const signOut = async (): Promise<void> => {
    await press('Sign out')
    await page.getByText('Nobody is signed in').waitFor()
  }
  const signIn = async (password: string): Promise<void> => {
    await open('/login')
    await fill('Username', 'ada')
    await fill('Password', password)
    await press('Sign in')
  }

  await open('/register')
  await fill('Username', 'ada')
  await fill('E-mail', 'ada@example.com')
  await fill('Password', 'correct-horse-staple')
  await press('Sign up')
  await page.getByText('A mail is on its way').waitFor()
  await signIn('correct-horse-staple')
  await page.getByText('E-mail is not verified.').waitFor()
  await page.getByRole('link', { name: 'No mail from us?' }).click()
  await fill('E-mail', 'ada@example.com')
  await press('Send it again')
  await page.getByText('another mail is on its way').waitFor()
  await page.goto(await service.linkMailedTo('ada@example.com'))
  await press('Verify')
  await page.getByText('Your address is verified.').waitFor()
  await signIn('correct-horse-staple')
  await signedIn()

  await press('Set up an app')
  await page.getByAltText('QR code for your app').waitFor()
  const secret = (await page.locator('code').textContent()) ?? ''
  await fill('Code of the app', codeOf(secret, -4))
  await press('Turn on')
  const codes = (await page.getByLabel('Recovery codes').textContent())?.split('\n') ?? []
  expect(codes).toHaveLength(10)
  await inspect(page, 'react-second-factor')
  await press('I have kept them')
  await fill('Its name', 'Laptop')
  await press('Add a passkey')
  await page.getByText('The passkey is added.').waitFor()
  expect(await authenticator.count()).toBe(1)
  await press('Connect GitHub')
  await page.getByRole('button', { name: 'Disconnect GitHub' }).waitFor()

  // The session goes on with the tokens that the change answers.
  await fill('New password', 'another-horse-staple')
  await press('Change password')
  await page.getByText('New password has been saved.').waitFor()
  await page.reload()
  await signedIn()
  await page.getByText('This device').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await inspect(page, 'react-phone')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)

  await signOut()
  await signIn('another-horse-staple')
  await fill('Code', codeOf(secret, -2))
  await press('Continue')
  await signedIn()
  await signOut()
  await open('/login')
  await inspect(page, 'react-sign-in')
  await press('Sign in with a passkey')
  await signedIn()
  await signOut()
  await open('/login')
  await press('Continue with GitHub')
  await fill('Code', codes[0] ?? '')
  await press('Continue')
  await signedIn()

  page.once('dialog', (dialog) => void dialog.accept())
  await press('Delete Laptop')
  await page.getByText('Laptop').waitFor({ state: 'detached' })
  await fill('Code of the app', codeOf(secret, 0))
  await press('Turn off')
  await page.getByText('A code of an app on your phone').waitFor()
  await context.close()
})

test('the React example says what is wrong with a link', async () => {
  const page = await browser.newPage({ locale: 'en-US' })
  await page.goto(`${origin}/reset?uid=x&token=x-y`)
  await page.getByLabel('New password', { exact: true }).fill('correct-horse-staple')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByText('uid: Invalid value').waitFor()
  await page.goto(`${origin}/verify?key=x`)
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('Not found.').waitFor()
  await page.close()
})

test('the React example has own fields, changes the address, and deletes the account', async () => {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const verify = async (address: string): Promise<void> => {
    await page.goto(await service.linkMailedTo(address))
    await press('Verify')
    await page.getByText('Your address is verified.').waitFor()
  }
  const signIn = async (): Promise<void> => {
    await page.goto(`${origin}/login`)
    await fill('Username', 'eve')
    await fill('Password', 'correct-horse-staple')
    await page.getByLabel('Stay signed in').check()
    await press('Sign in')
    await page.getByText('Signed in as eve').waitFor()
  }

  await page.goto(`${origin}/register`)
  await fill('Username', 'eve')
  await fill('E-mail', 'eve@example.com')
  await fill('Password', 'correct-horse-staple')
  await fill('Phone', 'call me')
  await press('Sign up')
  await page.getByText('Enter a valid phone number.').waitFor()
  await fill('Phone', '+49 89 7654321')
  await press('Sign up')
  await page.getByText('A mail is on its way').waitFor()
  await verify('eve@example.com')
  await signIn()
  const cookies = await context.cookies()
  expect(cookies.filter(({ name }) => name === 'access').map(({ expires }) => expires > 0)).toEqual(
    [true],
  )
  expect(await page.getByLabel('Phone', { exact: true }).inputValue()).toBe('+49897654321')
  await fill('Company', 'Harbour')
  await press('Save')
  await page.getByText('Saved.').waitFor()
  await page.reload()
  await expect.poll(() => page.getByLabel('Company').inputValue()).toBe('Harbour')

  await fill('Another e-mail', 'eve@example.net')
  await press('Add address')
  await page.getByText('Waits for its mail').waitFor()
  await verify('eve@example.net')
  await page.goto(origin)
  await press('Make eve@example.net the primary one')
  await press('Remove eve@example.com')
  await page.getByText('eve@example.com').waitFor({ state: 'detached' })
  await inspect(page, 'react-account')

  const download = page.waitForEvent('download')
  await press('Download my data')
  expect((await download).suggestedFilename()).toBe('my-data.json')
  page.once('dialog', (dialog) => void dialog.accept())
  await press('Delete my account')
  await page.getByText('Your account is locked').waitFor()
  await page.goto(await service.linkMailedTo('eve@example.net'))
  await press('Keep it')
  await page.getByText('Your account is as it was.').waitFor()
  await signIn()
  await context.close()
})
