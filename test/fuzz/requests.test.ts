import fc from 'fast-check'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { signClaims } from '../../src/core/tokens/jwt.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { EVERY_ROUTE } from '../support/every-route.ts'
import { requests, type GeneratedRequest } from './generate.ts'

/** Requests a configuration, of which there are three, the same in each run; `FUZZ_REQUESTS=50000` for more. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 20_000)
const CHUNK = 500
const AT_ONCE = 10
const REQUEST_DEADLINE_MS = 10_000
const MAX_HEAP_GROWTH_BYTES = 64 * 1024 * 1024
const SEED = 20_261_124

const CONFIGURATIONS = {
  'auth tokens and sessions': { SESSION_LOGIN: 'true', OLD_PASSWORD_FIELD_ENABLED: 'true' },
  'JWT cookies, mandatory verification': {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_REFRESH_COOKIE: 'refresh',
    ACCOUNT_EMAIL_VERIFICATION: 'mandatory',
    HTML_NOT_FOUND: 'true',
  },
  'every endpoint': EVERY_ROUTE,
}

test.each(Object.entries(CONFIGURATIONS))(
  'no generated request crashes the service, hangs, or is answered unreadably: %s',
  { timeout: 600_000 },
  async (_name, env) => {
    const app = await createTestApp({
      env: { SOCIALACCOUNT_PROVIDERS: PROVIDERS, ...env },
      users: [aUser({ tokenKey: TOKEN_KEY })],
    })
    const arbitrary = requests([TOKEN_KEY, ...(await oddTokens(app))])
    const statuses = new Map<number, number>()
    let heapAtStart = 0
    for (let chunk = 0; chunk < REQUESTS / CHUNK; chunk += 1) {
      const generated = fc.sample(arbitrary, { numRuns: CHUNK, seed: SEED + chunk })
      for (let start = 0; start < CHUNK; start += AT_ONCE) {
        const some = generated.slice(start, start + AT_ONCE)
        const answers = await Promise.all(some.map((request) => answerTo(app, request)))
        for (const [index, { status, problem }] of answers.entries()) {
          expect(problem, JSON.stringify(some[index])).toBeUndefined()
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }
      await app.settle()
      app.log.length = 0
      app.mailbox.length = 0
      app.outside.calls.length = 0
      app.clock.advance(30)
      if (chunk === 10) heapAtStart = heapUsed()
    }
    expect(heapUsed() - heapAtStart).toBeLessThan(MAX_HEAP_GROWTH_BYTES)
    // The generator reaches what it is to reach: successes and every kind of refusal.
    for (const status of [200, 400, 401, 403, 404, 405, 406, 415]) {
      expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0])
    }
  },
)

const TOKEN_KEY = '0123456789abcdef0123456789abcdef01234567'
const PROVIDERS = { facebook: { APPS: [{ client_id: 'fb-app', secret: 'fb-secret' }] } }

/** JWTs with genuine signatures and claims of every kind. */
async function oddTokens(app: TestApp): Promise<readonly string[]> {
  const now = Math.floor(app.clock.now().getTime() / 1000)
  const claim = fc.constantFrom<unknown>(
    1,
    '1',
    0,
    -1,
    1.5,
    true,
    null,
    '',
    'x',
    [],
    {},
    1e20,
    'NaN',
  )
  const arbitrary = fc.record(
    {
      token_type: fc.constantFrom<unknown>('access', 'refresh', 'refresh', 'sliding', 1, null),
      exp: fc.constantFrom<unknown>(now + 9e6, now - 1, String(now), 1e300, null, [], 253402300800),
      iat: fc.constantFrom<unknown>(now, now + 9e6, 'x', null),
      jti: fc.constantFrom<unknown>('0'.repeat(32), 'x', 1, null),
      user_id: claim,
      family: fc.constantFrom<unknown>('f'.repeat(32), 1, null, 'x'.repeat(3000)),
      nbf: fc.constantFrom<unknown>(0, now + 9e6),
    },
    { requiredKeys: ['exp'] },
  )
  const signed = await Promise.all(
    fc
      .sample(arbitrary, { numRuns: 200, seed: SEED })
      .map((claims) => signClaims(app.settings, claims)),
  )
  return [...signed, ...signed.map((token) => token.slice(0, -3)), 'a.b.c', '..', 'e30.e30.']
}

type Answer = { readonly status: number; readonly problem: string | undefined }

async function answerTo(app: TestApp, generated: GeneratedRequest): Promise<Answer> {
  const { method, path, headers, body } = generated
  const request = new Request(`https://auth.example.com${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, REQUEST_DEADLINE_MS, 'late')
  })
  const response = await Promise.race([app.fetch(request), late])
  clearTimeout(timer)
  if (response === 'late') return { status: 0, problem: 'no answer in time' }
  const text = await response.text()
  return { status: response.status, problem: problemOf(path, response, text) }
}

function problemOf(path: string, response: Response, text: string): string | undefined {
  // Nobody is there in place of the provider, and then 503 is right.
  const isProviderAway = response.status === 503 && path.includes('/facebook')
  if (response.status >= 500 && !isProviderAway) return `status ${response.status}: ${text}`
  if (response.headers.get('x-request-id') === null) return 'no request id'
  if (text === '') return undefined
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/html')) {
    return text.startsWith('<!doctype html>') ? undefined : 'a broken page'
  }
  if (type !== 'application/json') {
    return /^(text\/(css|plain|javascript)|image\/)/.test(type) ? undefined : `content type ${type}`
  }
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return `no JSON: ${text}`
  }
}

function heapUsed(): number {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc()')
  return process.memoryUsage().heapUsed
}
