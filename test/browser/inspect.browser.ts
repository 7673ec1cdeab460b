import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { inspect, launchBrowser } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test.each(['light', 'dark'])(
  'an inspection looks at either scheme: what cannot be read in %s alone is found',
  async (scheme) => {
    const page = await browser.newPage()
    await page.setContent(`<!doctype html><html lang="en"><title>Contrast</title>
      <style>body { color: #000; background: #fff }
      @media (prefers-color-scheme: ${scheme}) { p { color: #ccc } }</style>
      <main><h1>Contrast</h1><p>Hard to read</p></main>`)
    await expect(inspect(page, `contrast-${scheme}`)).rejects.toThrow(
      `contrast-${scheme}, ${scheme}`,
    )
    await page.close()
  },
)
