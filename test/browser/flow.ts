import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { inspect } from './browser.ts'
import { ACCESS_LIFETIME_SECONDS, type Service } from './service.ts'

/** A frontend as its user knows it: where things are, and what they are called. */
export type Site = {
  readonly name: string
  readonly origin: string
  readonly paths: {
    readonly account: string
    readonly signIn: string
    readonly signUp: string
    readonly forgot: string
  }
  readonly labels: {
    readonly username: string
    /** Of the sign-in form's first field. */
    readonly login: string
    readonly email: string
    readonly password: string
    readonly passwordAgain?: string
    readonly newPassword: string
    readonly newPasswordAgain?: string
    readonly signUp: string
    readonly verify: string
    readonly signIn: string
    readonly sendLink: string
    readonly setPassword: string
    readonly signOut: string
    /** Of the form for the second step, where the site has one. */
    readonly continue?: string
  }
  /** What the page says when a mail is on its way. */
  readonly mailed: RegExp
  /** Waits for what a page does when an address is verified, and when a password is set. */
  readonly expectVerified: (page: Page) => Promise<void>
  readonly expectPasswordSet: (page: Page) => Promise<void>
  /** What it says to a wrong password. */
  readonly refused: RegExp
  /** Who is signed in, as the account page shows it. */
  readonly expectSignedIn: (page: Page, username: string) => Promise<void>
  /** That the account page shows nobody, or leads away. */
  readonly expectSignedOut: (page: Page) => Promise<void>
  /** The access token as the browser keeps it; another one after a refresh. Absent: it never expires. */
  readonly accessToken?: (context: BrowserContext, page: Page) => Promise<string | undefined>
}

const ADA = { username: 'ada', email: 'ada@example.com' }
const PASSWORD = 'correct-horse-staple'
const NEW_PASSWORD = 'another-horse-staple'

/** From a registration to a logout, as one person in one browser lives it. */
export async function liveThrough(browser: Browser, site: Site, service: Service): Promise<void> {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  const open = (path: string) => page.goto(site.origin + path)
  const { labels, paths } = site
  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const signIn = async (password: string): Promise<void> => {
    await open(paths.signIn)
    await fill(labels.login, ADA.username)
    await fill(labels.password, password)
    await press(labels.signIn)
  }

  await open(paths.signUp)
  await inspect(page, `${site.name}-sign-up`)
  await fill(labels.username, ADA.username)
  await fill(labels.email, ADA.email)
  await fill(labels.password, PASSWORD)
  if (labels.passwordAgain !== undefined) await fill(labels.passwordAgain, PASSWORD)
  await press(labels.signUp)
  await page.getByText(site.mailed).waitFor()

  await page.goto(await service.linkMailedTo(ADA.email))
  await inspect(page, `${site.name}-verify`)
  await press(labels.verify)
  await site.expectVerified(page)

  await signIn('wrong-horse-staple')
  await page.getByText(site.refused).waitFor()
  await inspect(page, `${site.name}-sign-in-refused`)

  await signIn(PASSWORD)
  await site.expectSignedIn(page, ADA.username)
  await open(paths.account)
  await page.reload()
  await site.expectSignedIn(page, ADA.username)
  // At once: its cookie goes with it, and looking at the page may take longer than it lives.
  const before = await site.accessToken?.(context, page)
  await inspect(page, `${site.name}-account`)

  if (site.accessToken !== undefined) {
    expect(before).toBeDefined()
    await page.waitForTimeout((ACCESS_LIFETIME_SECONDS + 1) * 1000)
    await page.reload()
    await site.expectSignedIn(page, ADA.username)
    expect(await site.accessToken(context, page)).not.toBe(before)
  }

  const tab = await context.newPage()
  await tab.goto(site.origin + paths.account)
  await site.expectSignedIn(tab, ADA.username)
  await tab.close()

  await open(paths.forgot)
  await inspect(page, `${site.name}-forgot`)
  await fill(labels.email, ADA.email)
  await press(labels.sendLink)
  await page.goto(await service.linkMailedTo(ADA.email))
  await inspect(page, `${site.name}-new-password`)
  await fill(labels.newPassword, NEW_PASSWORD)
  if (labels.newPasswordAgain !== undefined) await fill(labels.newPasswordAgain, NEW_PASSWORD)
  await press(labels.setPassword)
  await site.expectPasswordSet(page)

  await signIn(PASSWORD)
  await page.getByText(site.refused).waitFor()
  await signIn(NEW_PASSWORD)
  await site.expectSignedIn(page, ADA.username)
  if (!page.url().includes(paths.account)) await open(paths.account)
  await press(labels.signOut)
  await site.expectSignedOut(page)
  await open(paths.account)
  await site.expectSignedOut(page)

  if (site.labels.continue !== undefined) {
    const secret = await service.addTotp(ADA.username)
    await signIn(NEW_PASSWORD)
    await fill('Code', '000000')
    await press(site.labels.continue)
    await page.getByText('Invalid code.').waitFor()
    await inspect(page, `${site.name}-second-step`)
    await fill('Code', oneTimeCode({ secret, at: 0, digits: 6, periodSeconds: 30 }, new Date()))
    await press(site.labels.continue)
    await site.expectSignedIn(page, ADA.username)
  }
  await context.close()
}
