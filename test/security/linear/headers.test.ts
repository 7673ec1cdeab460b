import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../../support/app.ts'
import { EVERY_ROUTE } from '../../support/every-route.ts'

/** More than any platform lets through. */
const SIZE = 120_000
/** Quadratic work on so much text takes seconds; linear work a few milliseconds. */
const MAX_CPU_MS = 1_000
const PATIENCE_MS = 120_000

const repeated = (text: string): string => text.repeat(SIZE / text.length)

/** Texts that make a careless search, split or pattern begin again at every character. */
const TEXTS = [
  'a , a, ; . / " = ( a- a: %41 en;q=0.5,'.split(' '),
  ['a=b; ', 'Mozilla/5.0 (', 'Firefox/1 ', 'Android 1; ', '__Host-access=1; '],
]
  .flat()
  .map(repeated)
const WHOLE = [
  `x${repeated(' ')}x`,
  `Bearer ${repeated('e30.')}`,
  `Token ${repeated('a b ')}`,
  `Basic ${repeated('YTph')}`,
  `https://${repeated('a.')}`,
  Array.from({ length: SIZE / 10 }, (_item, index) => `c${index}=v`).join('; '),
]

const HEADERS = (
  'accept accept-language authorization cookie content-type user-agent origin referer x-forwarded-for ' +
  'x-csrftoken cf-turnstile-response content-length sec-fetch-site access-control-request-headers'
).split(' ')

const ROUTES = [
  ['POST', 'login/'],
  ['OPTIONS', 'login/'],
  ['GET', 'sessions/'],
  ['GET', 'pages/sign-in/'],
  ['POST', 'token/introspect/'],
  ['GET', 'admin/api/users/'],
] as const

const ENV = {
  ...EVERY_ROUTE,
  ADMIN_API: 'true',
  ALLAUTH_TRUSTED_PROXY_COUNT: '1',
  CORS_ALLOWED_ORIGIN_REGEXES: '^https://\\w+\\.example\\.com$',
  CSRF_TRUSTED_ORIGINS: 'https://*.example.org',
  JWT_AUTH_COOKIE: '__Host-access',
  SESSION_LOGIN: 'true',
  TRUSTED_PROXY_SECRETS: 'x'.repeat(40),
  USE_JWT: 'true',
}

async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

test(
  'every header and every part of a URL is read in linear time, whatever it holds',
  { timeout: PATIENCE_MS },
  async () => {
    const app = await createTestApp({ env: ENV, users: [aUser()] })
    const slow: unknown[] = []
    const ask = async (name: string, path: string, init: RequestInit): Promise<void> => {
      let status = 0
      const ms = await cpuMsOf(async () => ({ status } = await app.request(path, init)))
      if (status >= 500 || ms > MAX_CPU_MS) slow.push([name, path.slice(0, 40), status, ms])
    }
    for (const text of [...TEXTS, ...WHOLE]) {
      const name = text.slice(0, 20)
      for (const header of HEADERS) {
        for (const [method, path] of ROUTES) {
          const body = method === 'POST' ? { body: '{}' } : {}
          await ask(`${header}: ${name}`, path, { method, headers: { [header]: text }, ...body })
        }
      }
      const part = encodeURIComponent(text)
      await ask(name, `login/?format=${part}`, {})
      await ask(name, `pages/sign-in/?next=${part}`, {})
      await ask(name, `registration/account-confirm-email/${part}/`, {})
      await ask(name, `nowhere/${text.replaceAll(/[^\w/.-]/g, 'x')}`, {})
    }
    expect(slow).toEqual([])
  },
)
