import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { jsonExchange } from '../support/fake-fetch.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'

const PAGE = 'https://app.example/callback'
const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-docs-'))

afterEach(() => {
  vi.unstubAllGlobals()
})
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

type Page = {
  readonly beginLogin: (provider: string) => Promise<void>
  readonly finishLogin: () => Promise<unknown>
}

/** The script of the documentation, as a page would load it. */
async function loadPage(): Promise<Page> {
  const text = readFileSync(new URL('../../docs/social.md', import.meta.url), 'utf8')
  const script = /```js\n([\s\S]+?)```/.exec(text)?.[1] ?? ''
  const file = join(directory, 'page.mjs')
  writeFileSync(file, script)
  return import(pathToFileURL(file).href)
}

/** A browser that shows one page: where it is, where it was sent, what it remembers. */
function stubBrowser(app: TestApp): {
  readonly goBack: (url: string) => void
  readonly sentTo: () => string
} {
  const kept = new Map<string, string>()
  let sentTo = ''
  let search = ''
  vi.stubGlobal('location', {
    origin: 'https://app.example',
    get search() {
      return search
    },
    assign: (url: string) => {
      sentTo = url
    },
  })
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
  vi.stubGlobal('fetch', (input: string, init?: RequestInit) => app.request(input, init))
  return {
    goBack: (url) => {
      search = new URL(url).search
    },
    sentTo: () => sentTo,
  }
}

test('the page in docs/social.md logs in from start to end', async () => {
  const app = await createTestApp({ env: { ...SOCIAL_ENV, FACEBOOK_CALLBACK_URL: PAGE } })
  const browser = stubBrowser(app)
  const page = await loadPage()

  await page.beginLogin('facebook')
  const there = new URL(browser.sentTo())
  expect(there.hostname).toBe('www.facebook.com')
  expect(there.searchParams.get('redirect_uri')).toBe(PAGE)

  app.outside.setExchanges([
    jsonExchange('GET', 'https://graph.facebook.com/v25.0/oauth/access_token', {
      access_token: 'fb-token',
    }),
    ...facebookKnows(FAY).slice(0, 1),
  ])
  browser.goBack(`${PAGE}?code=fb-code&state=${there.searchParams.get('state')}`)
  expect(await page.finishLogin()).toEqual({ key: expect.stringMatching(/^[0-9a-f]{40}$/) })
  await expect(page.finishLogin()).rejects.toThrow('not begun here')
})
