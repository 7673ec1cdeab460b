import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { expect } from 'vitest'

const ARTEFACTS = fileURLToPath(new URL('artefacts/', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Debian's Chromium without its windows, or the one that CHROMIUM names; it asks nothing of the network by itself. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium-headless-shell',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // One process for all sites, which draws, too: that saves 7 % of the time of the tests of the pages.
      '--disable-site-isolation-trials',
      '--renderer-process-limit=1',
      '--in-process-gpu',
    ],
  })
}

/**
 * Holds a page to axe's rules of accessibility in light and in dark. Takes a picture of it where they find something, or
 * where `PICTURES` is set: a picture takes nearly as long as the rules.
 */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const found = await violations(page)
    if (found.length > 0 || process.env['PICTURES'] !== undefined) {
      mkdirSync(ARTEFACTS, { recursive: true })
      await page.screenshot({ path: join(ARTEFACTS, `${name}-${colorScheme}.png`), fullPage: true })
    }
    expect(found, `${name}, ${colorScheme}`).toEqual([])
  }
}

/** What axe finds, each with the elements that it is about. */
async function violations(page: Page): Promise<readonly string[]> {
  // Evaluated through the debugger, so a page's CSP does not keep it out; the half megabyte once for both schemes.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: Axe } // the script above defines it
    const found = await axe.run({ resultTypes: ['violations'] })
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
    )
  })
}

type Axe = {
  readonly run: (options: { readonly resultTypes: readonly string[] }) => Promise<{
    readonly violations: readonly {
      readonly id: string
      readonly nodes: readonly { readonly html: string }[]
    }[]
  }>
}
