import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type * as simpleWebAuthn from '@simplewebauthn/browser'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { createClient } from '../../src/client/client.ts'
import { oneTimeCode } from '../conformance/one-time-code.ts'
import { plugInAuthenticator } from './authenticator.ts'
import { inspect, launchBrowser } from './browser.ts'
import { freePort } from './frontend.ts'
import { startService, type Service } from './service.ts'

let browser: Browser
let service: Service
let base: string

const HOST = 'auth.localhost'

/** Starts a service whose pages are the tests'. */
async function start(settings: Readonly<Record<string, string>>): Promise<[Service, string]> {
  const port = await freePort()
  const origin = `http://${HOST}:${port}`
  const env = {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    MFA_ENABLED: 'true',
    // One test uses codes of several periods, each once.
    MFA_TOTP_TOLERANCE: '5',
    PASSKEYS_ENABLED: 'true',
    PASSKEY_RP_ID: HOST,
    PASSKEY_RP_NAME: 'Test',
    PASSKEY_RP_ORIGINS: origin,
  }
  return [
    await startService({ host: HOST, port }, { ...env, ...settings }),
    `${origin}/dj-rest-auth/`,
  ]
}

beforeAll(async () => {
  browser = await launchBrowser()
  ;[service, base] = await start({})
})
afterAll(async () => {
  await browser.close()
  await service.stop()
})

const PASSWORD = 'correct-horse-staple'
const PHONE = { width: 390, height: 844 }

type Person = {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
  readonly open: (path: string) => Promise<void>
  readonly fill: (label: string, value: string) => Promise<void>
  readonly press: (name: string) => Promise<void>
}

async function aPerson(name: string): Promise<Person> {
  const context = await browser.newContext({ locale: 'en-US', viewport: PHONE })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await context.newPage()
  return {
    name,
    context,
    page,
    open: async (path) => {
      await page.goto(base + path)
      await page.locator('html[data-ready]').waitFor()
    },
    fill: (label, value) =>
      page.getByLabel(label, { exact: true }).and(page.locator(':visible')).fill(value),
    press: (button) => page.getByRole('button', { name: button, exact: true }).click(),
  }
}

/** An account with a confirmed address, and its owner signed in. */
async function signUp(person: Person): Promise<void> {
  const { name, page, open, fill, press } = person
  await open('pages/sign-up/')
  await fill('Username', name)
  await fill('E-mail address', `${name}@example.com`)
  await fill('Password', PASSWORD)
  await fill('Password again', PASSWORD)
  await press('Create account')
  await page.getByText('We have sent you a mail').waitFor()
  await page.goto(await service.linkMailedTo(`${name}@example.com`))
  await press('Confirm e-mail address')
  await page.getByText('your e-mail address is confirmed').waitFor()
  await signIn(person)
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
}

async function signIn({ name, open, fill, press }: Person): Promise<void> {
  await open('pages/sign-in/')
  await fill('Username or e-mail address', name)
  await fill('Password', PASSWORD)
  await press('Sign in')
}

async function signOut({ open, page, press }: Person): Promise<void> {
  await open('pages/account/')
  await press('Sign out')
  await page.getByText('You are signed out.').waitFor()
}

async function expectSignedIn(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Your account' }).waitFor()
  await page.getByLabel('Username', { exact: true }).waitFor()
}

/** The app's code of a period so many before this one. */
function codeOf(secret: string, at: number): string {
  return oneTimeCode({ secret, at, digits: 6, periodSeconds: 30 }, new Date())
}

test('an authenticator app and recovery codes, from the first look to the last', async () => {
  const person = await aPerson('ada')
  const { page, open, fill, press } = person
  await signUp(person)
  await page.getByRole('link', { name: 'Two-step sign-in and passkeys' }).click()
  await page.getByText('Off. With an app on your phone').waitFor()
  await inspect(page, 'security-off')

  await press('Set up an app')
  const picture = page.getByAltText('QR code for your authenticator app')
  await expect
    .poll(() => picture.evaluate((one: HTMLImageElement) => one.naturalWidth), { timeout: 15_000 })
    .not.toBe(0)
  await press('Copy: Key')
  await page.getByText('Copied.').waitFor()
  const secret = await page.evaluate(() => navigator.clipboard.readText())
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  await inspect(page, 'security-set-up')
  await fill('Code that the app shows', '000000')
  await press('Turn on')
  await page.getByText('Please check your authenticator app').waitFor()
  const code = codeOf(secret, -4)
  await fill('Code that the app shows', `${code.slice(0, 3)} ${code.slice(3)}`)
  await press('Turn on')

  await page.getByText('Two-step sign-in is on.').waitFor()
  await page.getByText('Unused codes: 10').waitFor()
  await inspect(page, 'security-codes')
  const codes = await page.locator('#recovery-codes li').allTextContents()
  expect(codes).toHaveLength(10)
  await press('Copy: Recovery codes')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download' }).click()
  const file = await (await download).path()
  expect(await readFile(file, 'utf8')).toContain(`\n${codes.join('\n')}\n`)
  await expectOnlyCodesPrinted(page, codes[0] ?? '')
  await press('I have kept them')
  await page.getByText(codes[0] ?? '').waitFor({ state: 'detached' })

  await signOut(person)
  await signIn(person)
  const field = page.getByLabel('Code', { exact: true })
  await field.waitFor()
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
  await inspect(page, 'second-step')
  await field.fill('000000')
  await page.keyboard.press('Enter')
  await page.getByText('Invalid code.').waitFor()
  await press('Start over')
  await page.getByLabel('Password', { exact: true }).waitFor()
  await signIn(person)
  await field.fill(codes[0] ?? '')
  await page.keyboard.press('Enter')
  await expectSignedIn(page)
  await signOut(person)
  await signIn(person)
  await field.fill(codeOf(secret, -2))
  await press('Continue')
  await expectSignedIn(page)

  await open('pages/security/')
  await page.getByText('Unused codes: 9').waitFor()
  page.once('dialog', (dialog) => void dialog.accept())
  await press('Make new codes')
  await page.getByText('These are your new codes.').waitFor()
  expect(await page.locator('#recovery-codes li').allTextContents()).not.toContain(codes[1])
  await page.getByText('Turn off', { exact: true }).first().click()
  await fill('Code that the app shows', codeOf(secret, 0))
  await press('Turn off')
  await page.getByText('Two-step sign-in is off.').waitFor()
  await signOut(person)
  await signIn(person)
  await expectSignedIn(page)
  await person.context.close()
})

async function expectOnlyCodesPrinted(page: Page, code: string): Promise<void> {
  await page.evaluate(() => {
    globalThis.print = () => document.body.setAttribute('data-printed', '')
  })
  await page.getByRole('button', { name: 'Print' }).click()
  await page.locator('body[data-printed]').waitFor()
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByText(code).isVisible()).toBe(true)
  expect(await page.getByRole('heading', { name: 'Passkeys', exact: true }).isVisible()).toBe(false)
  expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
  await page.emulateMedia({ media: 'screen' })
}

test('a passkey is added, renamed, signs in by button and by autofill, and is deleted', async () => {
  const person = await aPerson('grace')
  const { page, open, fill, press } = person
  const authenticator = await plugInAuthenticator(page)
  await signUp(person)
  await open('pages/security/')
  await page.getByText('No passkey yet.').waitFor()
  await fill('Name of the passkey (optional)', 'My laptop')
  await press('Add a passkey')
  await page.getByText('The passkey is added.').waitFor()
  expect(await authenticator.count()).toBe(1)
  await inspect(page, 'security-passkey')
  await press('Add a passkey')
  await page.getByText('has a passkey for your account already').waitFor()

  await press('Rename: My laptop')
  await page.keyboard.press('Escape')
  await press('Rename: My laptop')
  await inspect(page, 'security-passkey-rename')
  await page.keyboard.type('Work')
  await page.keyboard.press('Enter')
  await page.getByText('Renamed.').waitFor()
  await page.reload()
  await page.getByText('Work').waitFor()

  // The autofill answers by itself where somebody touches the authenticator at once.
  await authenticator.setPresent(false)
  await signOut(person)
  await inspect(page, 'sign-in-passkey')
  await authenticator.setPresent(true)
  await open('pages/sign-in/')
  await expectSignedIn(page)
  await authenticator.setPresent(false)
  await signOut(person)
  const button = page.getByRole('button', { name: 'Sign in with a passkey' })
  await authenticator.setPresent(true)
  await button.click()
  await expectSignedIn(page)

  await open('pages/security/')
  page.once('dialog', (dialog) => void dialog.accept())
  await press('Delete: Work')
  await page.getByText('The passkey is deleted.').waitFor()
  await page.getByText('No passkey yet.').waitFor()
  // Who touches it at once hears of the dead passkey before anybody can read that they are signed out.
  await authenticator.setPresent(false)
  await signOut(person)
  await authenticator.setPresent(true)
  await open('pages/sign-in/')
  await page.getByText('Credential not found.').waitFor()
  await person.context.close()
})

/** The typed client and @simplewebauthn/browser, as a page would load them. */
async function bundleLibraries(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "export * from '@simplewebauthn/browser'; export { createClient } from './src/client/client.ts'",
      resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'libraries',
  })
  return `${outputFiles[0]?.text}; globalThis.libraries = libraries`
}

type Libraries = typeof simpleWebAuthn & { readonly createClient: typeof createClient }

test('@simplewebauthn/browser, unmodified, and the typed client register a passkey and log in', async () => {
  const person = await aPerson('joan')
  const { page } = person
  await plugInAuthenticator(page)
  await signUp(person)
  await page.evaluate(await bundleLibraries())
  const done = await page.evaluate(async (url) => {
    const { libraries } = globalThis as unknown as { readonly libraries: Libraries }
    const auth = libraries.createClient({ url, mode: 'cookie' })
    const options = await auth.beginPasskey()
    if (!options.ok) return options.error
    const made = await libraries.startRegistration({ optionsJSON: options.value })
    const added = await auth.addPasskey(made, 'By a library')
    await auth.logout()
    const begun = await auth.beginPasskeyLogin()
    if (!added.ok || !begun.ok) return [added, begun]
    const proof = await libraries.startAuthentication({ optionsJSON: begun.value.options })
    const entered = await auth.completePasskeyLogin(begun.value.session_id, proof)
    return [added.value.name, entered.ok ? entered.value.username : entered.error]
  }, base)
  expect(done).toEqual(['By a library', 'joan'])
  await person.context.close()
})

const PROOF_SECONDS = 2

test('a change asks for a recent proof: by password, by code, by passkey', async () => {
  const [before, baseBefore] = [service, base]
  ;[service, base] = await start({ ACCOUNT_REAUTHENTICATION_TIMEOUT: String(PROOF_SECONDS) })
  const person = await aPerson('mary')
  const { page, open, fill, press } = person
  const old = () => page.waitForTimeout(PROOF_SECONDS * 1000 + 100)
  const asked = page.getByRole('dialog', { name: 'Is it you?' })
  await plugInAuthenticator(page)
  await signUp(person)
  await open('pages/security/')
  await old()
  await press('Add a passkey')
  await asked.waitFor()
  await inspect(page, 'prove-again')
  await fill('Password', 'wrong-horse-staple')
  await press('Confirm')
  await asked.getByText('Incorrect password.').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('Please confirm that it is you').waitFor()
  await press('Add a passkey')
  await fill('Password', PASSWORD)
  await press('Confirm')
  await page.getByText('The passkey is added.').waitFor()

  await old()
  await press('Set up an app')
  await asked.getByRole('button', { name: 'Confirm with a passkey' }).click()
  const secret = page.locator('#totp-secret')
  await secret.waitFor()
  const key = ((await secret.textContent()) ?? '').replaceAll(' ', '')
  await fill('Code that the app shows', codeOf(key, -4))
  await press('Turn on')
  await page.getByText('Two-step sign-in is on.').waitFor()
  await old()
  page.once('dialog', (dialog) => void dialog.accept())
  await press('Make new codes')
  await asked.waitFor()
  expect(await page.getByLabel('Password', { exact: true }).isVisible()).toBe(false)
  await fill('Code', codeOf(key, -2))
  await press('Confirm')
  await page.getByText('These are your new codes.').waitFor()
  await person.context.close()
  await service.stop()
  ;[service, base] = [before, baseBefore]
})

test('six languages fit a phone', async () => {
  const person = await aPerson('emmy')
  await signUp(person)
  for (const language of ['en', 'de', 'fr', 'es', 'pt', 'ja']) {
    await person.context.setExtraHTTPHeaders({ 'Accept-Language': language })
    for (const path of ['pages/security/', 'pages/sign-up/', 'pages/account/']) {
      await person.open(path)
      await person.page.getByText('wait').waitFor({ state: 'hidden' })
      const width = await person.page.evaluate(() => document.documentElement.scrollWidth)
      expect([language, path, width]).toEqual([language, path, PHONE.width])
    }
  }
  await person.context.close()
})
