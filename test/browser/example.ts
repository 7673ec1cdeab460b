import type { Browser, BrowserContext, Page } from 'playwright-core'
import { liveThrough, type Site } from './flow.ts'
import { exampleSettings, freePort, startFrontend } from './frontend.ts'
import { startService } from './service.ts'

/** A frontend of `examples/`, and what is on its pages. */
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

/** Lives through an account in an example: from signing up to a new password. */
export async function liveThroughExample(
  browser: Browser,
  { name, command, hosts, settings, site }: Example,
): Promise<void> {
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

/** What their fields and buttons are called. */
export const LABELS = {
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

/** Waits until the example says so. */
export async function expectSignedInAs(page: Page, username: string): Promise<void> {
  await page.getByText(`Signed in as ${username}`).waitFor()
}

/** The example goes there by itself. */
export async function untilSignIn(page: Page): Promise<void> {
  await page.waitForURL(/\/login/)
}

/** The value of a cookie. */
export async function cookie(context: BrowserContext, name: string): Promise<string | undefined> {
  return (await context.cookies()).find((one) => one.name === name)?.value
}
