import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect, launchBrowser } from './browser.ts'

/** The site that `npm run docs` builds. */

const SITE = 'http://docs.test/'
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  mjs: 'text/javascript',
  json: 'application/json',
}

let browser: Browser
beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'docs'])
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('a search leads to the section, and the page is accessible', async () => {
  const page = await browser.newPage()
  await page.route(`${SITE}**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(1) || 'index.html'
    const contentType = TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain'
    return route.fulfill({ body: readFileSync(join('dist/docs', path)), contentType })
  })
  await page.goto(SITE)
  await page.keyboard.press('/')
  await page.keyboard.type('fastify')
  await page.locator('#found a', { hasText: 'Fastify' }).first().click()
  await page.waitForURL(`${SITE}guard.html#fastify`)
  expect(await page.locator('nav [aria-current]').textContent()).toBe('Guard your own API')
  await inspect(page, 'docs')
  await page.setViewportSize({ width: 360, height: 700 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
})
