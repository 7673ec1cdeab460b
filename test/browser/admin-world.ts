import { eq } from 'drizzle-orm'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openDatabase, type Database } from '../../src/db/open.ts'
import { users } from '../../src/db/schema/users.ts'
import { launchBrowser } from './browser.ts'
import { freePort } from './frontend.ts'
import { startService, type Service } from './service.ts'

const HOST = 'auth.localhost'

/** The password of everybody. */
export const PASSWORD = 'correct-horse-staple'

/** The operator's page as a person has it open, and what went wrong in it. */
type Opened = { readonly page: Page; readonly faults: readonly string[] }

/** A service with the operator's page, whose superuser is `root`, and a browser to open it with. */
export type AdminBrowser = {
  readonly service: Service
  readonly base: string
  readonly db: Database
  /** Makes an account; answers its id. */
  readonly signUp: (username: string) => Promise<number>
  /** Calls an endpoint outside of the browser. */
  readonly call: (path: string, init?: RequestInit) => Promise<Response>
  readonly open: (
    locale?: string,
    viewport?: { readonly width: number; readonly height: number },
  ) => Promise<Opened>
  readonly stop: () => Promise<void>
}

/** Starts both. */
export async function startAdminBrowser(
  env: Readonly<Record<string, string>> = {},
): Promise<AdminBrowser> {
  const browser = await launchBrowser()
  const port = await freePort()
  const service = await startService(
    { host: HOST, port },
    {
      ADMIN_API: 'true',
      ADMIN_PAGE: 'true',
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      USE_ACCEPT_LANGUAGE: 'true',
      SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '300',
      BRAND_NAME: 'Acme',
      USER_FIELDS: JSON.stringify({ phone: { type: 'phone', unique: true } }),
      WEBHOOKS: JSON.stringify({
        crm: {
          url: 'https://crm.example.com/hooks',
          secrets: [`whsec_${btoa('0123456789abcdef0123456789abcdef')}`],
          events: ['token.reused'],
        },
      }),
      ...env,
    },
  )
  const base = `http://${HOST}:${port}/dj-rest-auth/`
  const db = openDatabase({
    url: service.databaseUrl,
    authToken: undefined,
    timeoutMs: 10_000,
    fetch,
  })
  const call = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${base.replace(HOST, '127.0.0.1')}${path}`, init)
  const signUp = (username: string): Promise<number> => register(call, db, username)
  await signUp('root')
  await db.update(users).set({ isStaff: true, isSuperuser: true }).where(eq(users.username, 'root'))
  return {
    service,
    base,
    db,
    signUp,
    call,
    open: (locale = 'en', viewport = { width: 1280, height: 860 }) =>
      openPage(browser, `${base}admin/`, { locale, viewport }),
    stop: async () => {
      await browser.close()
      await service.stop()
    },
  }
}

async function register(
  call: AdminBrowser['call'],
  db: Database,
  username: string,
): Promise<number> {
  const response = await call('registration/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      username,
      email: `${username}@example.com`,
      password1: PASSWORD,
      password2: PASSWORD,
    }),
  })
  expect(response.status).toBe(201)
  const [row] = await db.select({ id: users.id }).from(users).where(eq(users.username, username))
  return row?.id ?? 0
}

async function openPage(
  browser: Browser,
  address: string,
  options: {
    readonly locale: string
    readonly viewport: { readonly width: number; readonly height: number }
  },
): Promise<Opened> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const said: string[] = []
  toasts.set(page, said)
  await page.exposeFunction('keepToast', (text: string) => said.push(text))
  await page.addInitScript(KEEP_TOASTS)
  const faults: string[] = []
  page.on('console', (message) => {
    const text = message.text()
    // A refused look is an answer, and a browser's log line, too.
    if (message.type() === 'error' && !text.includes('Failed to load resource')) faults.push(text)
  })
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(address)
  await page.locator('html[data-ready]').waitFor()
  return { page, faults }
}

/** Signs in by the page's own form. */
export async function signIn(page: Page, name = 'root'): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(name)
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
}

/** What pages said and no test has asked for yet. */
const toasts = new WeakMap<Page, string[]>()

/** Keeps what the page says: it is shown for six seconds, and on a busy machine a test may look later. */
const KEEP_TOASTS = `{
  let last
  new MutationObserver(() => {
    const toast = document.querySelector('[role=status] .toast')
    if (toast !== null && toast !== last) void keepToast(toast.textContent)
    last = toast
  }).observe(document, { childList: true, subtree: true })
}`

/** Waits for what the page says about an act, each time that it says it. */
export async function toast(page: Page, text: string): Promise<void> {
  const said = toasts.get(page) ?? []
  await expect.poll(() => said.some((one) => one.includes(text)), { message: text }).toBe(true)
  said.length = 0
}
