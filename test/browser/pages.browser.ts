import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect, launchBrowser } from './browser.ts'
import { liveThrough, type Site } from './flow.ts'
import { freePort } from './frontend.ts'
import { startService, type Service } from './service.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
})

const HOST = 'auth.localhost'
const PREFIX = '/dj-rest-auth/'

async function withService(
  env: Readonly<Record<string, string>>,
  use: (service: Service, origin: string) => Promise<void>,
): Promise<void> {
  const port = await freePort()
  const service = await startService({ host: HOST, port }, env)
  try {
    await use(service, `http://${HOST}:${port}`)
  } finally {
    await service.stop()
  }
}

const PAGES: Omit<Site, 'name' | 'origin'> = {
  paths: {
    account: `${PREFIX}pages/account/`,
    signIn: `${PREFIX}pages/sign-in/`,
    signUp: `${PREFIX}pages/sign-up/`,
    forgot: `${PREFIX}pages/forgot-password/`,
  },
  labels: {
    username: 'Username',
    login: 'Username or e-mail address',
    email: 'E-mail address',
    password: 'Password',
    passwordAgain: 'Password again',
    newPassword: 'New password',
    newPasswordAgain: 'New password again',
    signUp: 'Create account',
    verify: 'Confirm e-mail address',
    signIn: 'Sign in',
    sendLink: 'Send the link',
    setPassword: 'Save the new password',
    signOut: 'Sign out',
  },
  mailed: /We have sent you a mail/,
  refused: /Unable to log in/,
  expectVerified: async (page) => {
    await page.getByText('your e-mail address is confirmed').waitFor()
  },
  expectPasswordSet: async (page) => {
    await page.getByText('Your new password is saved').waitFor()
  },
  expectSignedIn: async (page, username) => {
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    const shown = page.getByLabel('Username', { exact: true })
    await shown.waitFor()
    await expect.poll(() => shown.inputValue()).toBe(username)
  },
  expectSignedOut: async (page) => {
    await page.waitForURL(/pages\/sign-in/)
  },
}

const VERIFIED = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }

test('the built-in pages, with JWTs in cookies', async () => {
  const env = {
    ...VERIFIED,
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
  }
  await withService(env, async (service, origin) => {
    const site: Site = {
      ...PAGES,
      name: 'pages-cookies',
      origin,
      accessToken: async (context) =>
        (await context.cookies()).find(({ name }) => name === 'access')?.value,
    }
    await liveThrough(browser, site, service)
  })
})

test('the built-in pages, with JWTs in headers', async () => {
  const env = { ...VERIFIED, USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
  await withService(env, async (service, origin) => {
    const site: Site = {
      ...PAGES,
      name: 'pages-headers',
      origin,
      accessToken: (_context, page) => storedAccess(page),
    }
    await liveThrough(browser, site, service)
  })
})

test('the built-in pages, with auth tokens', async () => {
  await withService(VERIFIED, async (service, origin) => {
    await liveThrough(browser, { ...PAGES, name: 'pages-tokens', origin }, service)
  })
})

async function storedAccess(page: Page): Promise<string | undefined> {
  return page.evaluate(() => localStorage.getItem('rest-auth-edge') ?? undefined)
}

test("the API's page describes an endpoint and tries it", async () => {
  const env = { ACCOUNT_EMAIL_VERIFICATION: 'none' }
  await withService(env, async (_service, origin) => {
    const page = await browser.newPage()
    await page.goto(`${origin}${PREFIX}docs/`)
    await inspect(page, 'docs')
    const registration = page.locator('#registration_create')
    await registration.locator('summary').click()
    for (const [label, value] of [
      ['username', 'ada'],
      ['password1', 'correct-horse-staple'],
      ['password2', 'correct-horse-staple'],
    ] as const) {
      await registration.getByLabel(label).fill(value)
    }
    await registration.getByRole('button').click()
    await registration.getByText('"key"').waitFor()
    await inspect(page, 'docs-answer')

    const user = page.locator('#user_retrieve')
    await user.locator('summary').click()
    await user.getByRole('button').click()
    const answer = user.locator('form pre')
    await expect.poll(() => answer.textContent()).toContain('"username": "ada"')
    await page.close()
  })
})

test('on a phone no word of the index, the mailbox or the previews is broken, and axe finds nothing', async () => {
  const env = { INDEX_PAGE: 'true', DEV_MAILBOX: 'true', RESEND_API_KEY: '' }
  await withService(env, async (_service, origin) => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    await page.goto(`${origin}${PREFIX}pages/sign-in/`)
    const mails = await page.evaluate(async (base) => {
      const password = 'correct-horse-staple'
      const input = { username: 'ada', email: 'ada@example.com', password1: password }
      await fetch(`${base}registration/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...input, password2: password }),
      })
      for (;;) {
        const kept: readonly unknown[] = await (await fetch(`${base}dev/mailbox.json`)).json()
        if (kept.length > 0) return kept.length
      }
    }, origin + PREFIX)
    expect(mails).toBe(1)
    for (const [name, path] of [
      ['index', ''],
      ['mailbox', 'dev/mailbox/'],
      ['previews', 'dev/emails/'],
      ['mail', 'dev/mailbox/1/'],
      ['preview', 'dev/emails/password_reset/de/'],
      ['docs', 'docs/'],
    ] as const) {
      await page.goto(origin + PREFIX + path)
      await inspect(page, `phone-${name}`)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width, name).toBeLessThanOrEqual(390)
      // A cell of one letter's width is what breaks words.
      const cells = await page.locator('td').evaluateAll((all) => all.map((one) => one.clientWidth))
      expect(Math.min(...cells, 390), name).toBeGreaterThan(200)
    }
    await page.close()
  })
})
