import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { liveThrough, type Site } from './flow.ts'
import { exampleFolder, exampleSettings, freePort, startFrontend } from './frontend.ts'
import { startService } from './service.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
})

type Example = {
  readonly name: string
  /** Starts its server; the port is added where it is an argument. */
  readonly command: (port: number) => readonly string[]
  /** Host names of the frontend and of the service. */
  readonly hosts: readonly [string, string]
  /** Settings besides those of its `service.env`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly site: Omit<Site, 'name' | 'origin'>
}

async function liveThroughExample({
  name,
  command,
  hosts,
  settings,
  site,
}: Example): Promise<void> {
  const [port, servicePort] = [await freePort(), await freePort()]
  const [host, serviceHost] = hosts
  const origin = `http://${host}:${port}`
  const address = { host: serviceHost, port: servicePort }
  const service = await startService(address, { ...exampleSettings(name, origin), ...settings })
  const serviceUrl = `http://${serviceHost}:${servicePort}/dj-rest-auth/`
  try {
    const frontend = await startFrontend(name, command(port), { port, serviceUrl })
    try {
      await liveThrough(browser, { ...site, name, origin }, service)
    } finally {
      await frontend.stop()
    }
  } finally {
    await service.stop()
  }
}

const LABELS = {
  username: 'Username',
  login: 'Username',
  email: 'E-mail',
  password: 'Password',
  newPassword: 'New password',
  signUp: 'Sign up',
  verify: 'Verify',
  signIn: 'Sign in',
  sendLink: 'Send a link',
  setPassword: 'Set password',
  signOut: 'Sign out',
} as const

async function expectSignedInAs(page: Page, username: string): Promise<void> {
  await page.getByText(`Signed in as ${username}`).waitFor()
}

/** The example goes there by itself. */
async function untilSignIn(page: Page): Promise<void> {
  await page.waitForURL(/\/login/)
}

async function cookie(context: BrowserContext, name: string): Promise<string | undefined> {
  return (await context.cookies()).find((one) => one.name === name)?.value
}

/** Two sites, so that the cookies of the service are third-party ones. */
const ACROSS_SITES = {
  hosts: ['app.localhost', 'auth.localhost'],
  settings: { JWT_AUTH_SAMESITE: 'None', JWT_AUTH_PARTITIONED: 'true' },
} as const

test('plain HTML and JS, with the cookies of another site', async () => {
  await liveThroughExample({
    name: 'plain',
    command: (port) => ['serve.mjs', String(port)],
    ...ACROSS_SITES,
    site: {
      paths: {
        account: '/index.html',
        signIn: '/login.html',
        signUp: '/register.html',
        forgot: '/forgot.html',
      },
      labels: {
        ...LABELS,
        continue: 'Continue',
        passwordAgain: 'The same password again',
        newPasswordAgain: 'The same password again',
      },
      mailed: /Verification e-mail sent/,
      expectVerified: untilSignIn,
      expectPasswordSet: untilSignIn,
      refused: /Unable to log in/,
      expectSignedIn: expectSignedInAs,
      expectSignedOut: async (page) => {
        await page.waitForURL('**/login.html')
      },
      accessToken: (context) => cookie(context, 'access'),
    },
  })
})

test('React with the typed client, with the cookies of another origin', async () => {
  await liveThroughExample({
    name: 'react',
    command: (port) => ['serve.mjs', String(port)],
    hosts: ['localhost', 'localhost'],
    site: {
      paths: { account: '/', signIn: '/login', signUp: '/register', forgot: '/forgot' },
      labels: LABELS,
      mailed: /A mail is on its way/,
      expectVerified: untilSignIn,
      expectPasswordSet: untilSignIn,
      refused: /Unable to log in/,
      expectSignedIn: expectSignedInAs,
      expectSignedOut: async (page) => {
        await page.getByText('Nobody is signed in').waitFor()
      },
      accessToken: (context) => cookie(context, 'access'),
    },
  })
})

test('Nuxt with @sidebase/nuxt-auth as it comes from npm', async () => {
  await promisify(execFile)('node_modules/.bin/nuxt', ['build'], { cwd: exampleFolder('nuxt') })
  await liveThroughExample({
    name: 'nuxt',
    command: () => ['.output/server/index.mjs'],
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
