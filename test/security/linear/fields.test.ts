import { expect, test } from 'vitest'
import { aUser, createTestApp } from '../../support/app.ts'
import { EVERY_ROUTE, everyMethod } from '../../support/every-route.ts'

const SIZE = 1_048_576
/** Quadratic work on so much text takes minutes; linear work tens of milliseconds. */
const MAX_CPU_MS = 1_500
const PATIENCE_MS = 300_000

const KEY = '0123456789abcdef0123456789abcdef01234567'
const PASSWORD = 'right-horse-staple'

/** Texts that make a careless trim, search or pattern begin again at every character. */
const TEXTS: Readonly<Record<string, string>> = {
  'x, blanks, x': `x${' '.repeat(SIZE)}x`,
  blanks: ' '.repeat(SIZE),
  letters: 'x'.repeat(SIZE),
  'an address of dots': `a@${'a.'.repeat(SIZE / 2)}`,
}

const SETTINGS = {
  ...EVERY_ROUTE,
  ACCOUNT_RATE_LIMITS: 'false',
  BODY_MAX_BYTES: String(4 * SIZE),
  OLD_PASSWORD_FIELD_ENABLED: 'true',
  TOKEN_PER_DEVICE: 'false',
}

/** A good value, so that the work on the one that is tried comes as far as it can. */
function goodValue(field: string): string {
  if (field === 'email') return 'someone@example.com'
  if (field.includes('password')) return PASSWORD
  return 'someone'
}

async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Of the second run only what reads tokens of its own. */
test.each([
  { useJwt: 'false', ofPaths: /^/, least: 90 },
  { useJwt: 'true', ofPaths: /^(?:login|logout|token)/, least: 6 },
])(
  'every field of every endpoint takes a mebibyte in linear time (USE_JWT=$useJwt)',
  async ({ useJwt, ofPaths, least }) => {
    const app = await createTestApp({
      env: { ...SETTINGS, USE_JWT: useJwt },
      users: [aUser({ password: PASSWORD, tokenKey: KEY })],
    })
    const headers = { 'Content-Type': 'application/json', Authorization: `Token ${KEY}` }
    const cases = (await everyMethod(app)).filter(({ path }) => ofPaths.test(path))
    expect(cases.flatMap(({ fields }) => fields).length).toBeGreaterThanOrEqual(least)
    const slow: string[] = []
    for (const { method, path, fields } of cases) {
      for (const field of fields) {
        for (const [name, text] of Object.entries(TEXTS)) {
          const good = Object.fromEntries(fields.map((one) => [one, goodValue(one)]))
          const body = JSON.stringify({ ...good, [field]: text })
          const ms = await cpuMsOf(async () => {
            const { status } = await app.request(path, { method, headers, body })
            if (status === 500) slow.push(`${method} ${path} ${field}: ${name}: 500`)
          })
          if (ms > MAX_CPU_MS) slow.push(`${method} ${path} ${field}: ${name}: ${ms} ms`)
        }
      }
    }
    expect(slow).toEqual([])
  },
  PATIENCE_MS,
)
