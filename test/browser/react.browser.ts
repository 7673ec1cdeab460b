import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'

/** `rest-auth-edge/react` in Chromium, rendered by a server first. */

const SITE = 'http://app.test/'
const SERVICE = 'http://app.test/auth/'
const ADA = { pk: 7, username: 'ada', email: 'a@example.com', first_name: '', last_name: '' }

const PAGE = `
import { createElement as h, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { createClient } from './src/client/client.ts'
import { AuthProvider, SignedIn, SignedOut, useAuth } from './src/react/react.ts'

const client = createClient({ url: '${SERVICE}', mode: 'cookie' })
function Account() {
  const { user, logout } = useAuth()
  return h('p', null, 'Hello ', user.username, h('button', { onClick: logout }, 'Sign out'))
}
function Login() {
  const { login } = useAuth()
  return h('button', { onClick: () => login({ username: 'ada', password: 'x' }) }, 'Sign in')
}
const app = h(StrictMode, null, h(AuthProvider, { client }, h(SignedIn, null, h(Account)), h(SignedOut, null, h(Login))))
const root = document.getElementById('root')
root.innerHTML = renderToString(app)
hydrateRoot(root, app, { onRecoverableError: (error) => { document.title = error.message } })
`

let browser: Browser
let script = ''
beforeAll(async () => {
  browser = await launchBrowser()
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  script = outputFiles[0]?.text ?? ''
})
afterAll(async () => {
  await browser.close()
})

/** A site with the service beside it, which remembers one login. */
async function aSite(): Promise<{ readonly context: BrowserContext; readonly asked: string[] }> {
  const context = await browser.newContext()
  const asked: string[] = []
  let isLoggedIn = false
  await context.route(`${SITE}**`, async (route) => {
    const path = new URL(route.request().url()).pathname
    if (path === '/') {
      const body =
        '<!doctype html><div id="root"></div><script type="module" src="/page.js"></script>'
      return route.fulfill({ body, contentType: 'text/html' })
    }
    if (path === '/page.js') return route.fulfill({ body: script, contentType: 'text/javascript' })
    if (!path.startsWith('/auth/')) return route.fulfill({ status: 404 })
    asked.push(path)
    if (path === '/auth/login/') isLoggedIn = true
    if (path === '/auth/logout/') isLoggedIn = false
    const isFine = isLoggedIn || path === '/auth/logout/'
    const json = path === '/auth/login/' ? { user: ADA } : ADA
    return route.fulfill(isFine ? { json } : { status: 401, json: { detail: 'No.' } })
  })
  return { context, asked }
}

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(SITE)
  return page
}

test('hydrates what the server rendered, signs in and out, and follows other tabs', async () => {
  const { context, asked } = await aSite()
  const [page, other] = [await open(context), await open(context)]
  await page.getByText('Sign in').click()
  await page.getByText('Hello ada').waitFor()
  await other.getByText('Hello ada').waitFor()
  await other.getByText('Sign out').click()
  await page.getByText('Sign in').waitFor()
  // Strict mode mounts everything twice; the service hears nothing of it.
  expect(asked.filter((path) => path === '/auth/user/')).toHaveLength(3)
  expect(await page.title()).toBe('')
  await context.close()
})
