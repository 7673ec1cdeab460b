import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { cookie, expectSignedInAs, LABELS, liveThroughExample, untilSignIn } from './example.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
})

/** Two sites, so that the cookies of the service are third-party ones. */
const ACROSS_SITES = {
  hosts: ['app.localhost', 'auth.localhost'],
  settings: { JWT_AUTH_SAMESITE: 'None', JWT_AUTH_PARTITIONED: 'true' },
} as const

test('plain HTML and JS, with the cookies of another site', async () => {
  await liveThroughExample(browser, {
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
  await liveThroughExample(browser, {
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
