import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { inspect, launchBrowser } from './browser.ts'
import { cookie, expectSignedInAs, LABELS, liveThroughExample } from './example.ts'
import { exampleFolder, exampleSettings, freePort, startFrontend } from './frontend.ts'
import { startService, type Service } from './service.ts'

let browser: Browser
beforeAll(async () => {
  await promisify(execFile)('node_modules/.bin/nuxt', ['build'], { cwd: exampleFolder('nuxt') })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
})

const SERVER = '.output/server/index.mjs'

test('Nuxt with @sidebase/nuxt-auth as it comes from npm', async () => {
  await liveThroughExample(browser, {
    name: 'nuxt',
    command: () => [SERVER],
    hosts: ['localhost', 'localhost'],
    site: {
      paths: { account: '/', signIn: '/login', signUp: '/register', forgot: '/forgot' },
      labels: { ...LABELS, continue: 'Continue' },
      mailed: /A mail is on its way/,
      expectVerified: async (page) => {
        await page.getByText('Your address is verified.').waitFor()
      },
      expectPasswordSet: async (page) => {
        await page.getByText('Your new password is set.').waitFor()
      },
      refused: /Unable to log in/,
      expectSignedIn: expectSignedInAs,
      expectSignedOut: async (page) => {
        await page.getByRole('heading', { name: /^(?:Account|Sign in)$/ }).waitFor()
        await page.getByText('Signed in as').waitFor({ state: 'detached' })
      },
      accessToken: (context) => cookie(context, 'auth.token'),
    },
  })
})

const ADA = 'ada@example.com'
const PASSWORD = 'correct-horse-staple'

async function register(serviceUrl: string): Promise<void> {
  const account = { username: 'ada', email: ADA, password1: PASSWORD, password2: PASSWORD }
  const response = await fetch(`${serviceUrl}registration/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  })
  expect(response.status).toBe(201)
}

test('the Nuxt example asks for the mailed code, then for that of the app', async () => {
  const [port, servicePort] = [await freePort(), await freePort()]
  const origin = `http://localhost:${port}`
  const serviceUrl = `http://localhost:${servicePort}/dj-rest-auth/`
  const settings = {
    ...exampleSettings('nuxt', origin),
    ACCOUNT_EMAIL_VERIFICATION: 'none',
    ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'password',
  }
  const service = await startService({ host: 'localhost', port: servicePort }, settings)
  try {
    const frontend = await startFrontend('nuxt', [SERVER], { port, serviceUrl })
    try {
      await register(serviceUrl)
      await logInByThreeSteps(origin, service)
    } finally {
      await frontend.stop()
    }
  } finally {
    await service.stop()
  }
})

async function logInByThreeSteps(origin: string, service: Service): Promise<void> {
  await service.codeMailedTo(ADA)
  const secret = await service.addTotp('ada')
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

  await page.goto(`${origin}/login`, { waitUntil: 'networkidle' })
  await fill('Username', 'ada')
  await fill('Password', PASSWORD)
  await press('Sign in')

  await page.getByText('Type the code that we have mailed to you.').waitFor()
  await inspect(page, 'nuxt-login-step')
  const mailed = await service.codeMailedTo(ADA)
  await fill('Code', mailed === 'BBBBBB' ? 'CCCCCC' : 'BBBBBB')
  await press('Continue')
  await page.getByText('Invalid code.').waitFor()
  await fill('Code', mailed)
  await press('Continue')

  await page.getByText('Type the code of your authenticator app').waitFor()
  expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe('')
  await fill('Code', 'wrong')
  await press('Continue')
  await page.getByText('Invalid code.').waitFor()
  expect(await context.cookies()).not.toContainEqual(
    expect.objectContaining({ name: 'auth.token', value: expect.stringContaining('.') }),
  )
  await fill('Code', oneTimeCode({ secret, at: 0, digits: 6, periodSeconds: 30 }, new Date()))
  await press('Continue')
  await page.getByText('Signed in as ada').waitFor()
  await context.close()
}
