import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { BreachCheckDown, isBreached } from '../../../src/core/passwords/breached.ts'
import type { BreachDeps } from '../../../src/core/passwords/breach-range.ts'
import type { LogLine } from '../../../src/deps.ts'
import { parseSettings } from '../../../src/settings/parse.ts'
import { REQUIRED_ENV } from '../../support/settings.ts'

const PASSWORD = 'correct horse'
const DIGEST = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase()
const SUFFIX = DIGEST.slice(5)
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65'

type Service = (url: string, init: RequestInit) => Promise<Response> | Response

/** Every test has a service of its own: what an isolate knows goes by its URL. */
let services = 0

function asking(service: Service, env: Record<string, unknown> = {}) {
  services += 1
  const calls: { readonly url: string; readonly init: RequestInit }[] = []
  const log: LogLine[] = []
  const settings = parseSettings({
    ...REQUIRED_ENV,
    PASSWORD_BREACH_CHECK: 'open',
    PASSWORD_BREACH_URL: `https://breaches${services}.example/range/`,
    PASSWORD_BREACH_TIMEOUT_MS: '100',
    ...env,
  })
  const deps = (nowMs = 1_000): BreachDeps => ({
    settings,
    now: new Date(nowMs),
    log: (line) => log.push(line),
    fetch: async (input, init = {}) => {
      const url = input instanceof Request ? input.url : String(input)
      calls.push({ url, init })
      return service(url, init)
    },
  })
  return { deps, calls, log }
}

const range = (...lines: readonly string[]) => new Response(lines.join('\r\n'))

test('finds a password that has leaked, and tells the service five digits of its hash', async () => {
  const { deps, calls } = asking(() => range(`${OTHER}:3`, `${SUFFIX}:17`, `${OTHER}:1`))
  expect(await isBreached(deps(), PASSWORD)).toBe(true)
  const [call] = calls
  expect(call?.url).toBe(`https://breaches${services}.example/range/${DIGEST.slice(0, 5)}`)
  expect(call?.init.headers).toEqual({
    'add-padding': 'true',
    accept: 'text/plain',
    'user-agent': 'rest-auth-edge',
  })
  expect(call?.init.redirect).toBe('manual')
  expect(JSON.stringify(call)).not.toContain(SUFFIX)
})

test.each([
  ['another one', `${OTHER}:3`],
  ['padding', `${SUFFIX}:0`],
])('takes a password of which the service knows only %s', async (_, line) => {
  const { deps } = asking(() => range(line))
  expect(await isBreached(deps(), PASSWORD)).toBe(false)
})

test.each([
  // Padded ranges have about 40 KiB.
  ['three times as long as ranges are', 3_000, true],
  ['longer than is read', 7_500, false],
])('an answer %s', async (_, lines, isRead) => {
  const { deps, log } = asking(() =>
    range(`${SUFFIX}:17`, ...Array.from({ length: lines }, () => `${OTHER}:1`)),
  )
  expect(await isBreached(deps(), PASSWORD)).toBe(isRead)
  expect(log).toHaveLength(isRead ? 0 : 1)
})

test('an answer that says no is not read', async () => {
  let isCancelled = false
  const body = new ReadableStream({
    cancel: () => {
      isCancelled = true
    },
  })
  const { deps } = asking(() => new Response(body, { status: 503 }))
  expect(await isBreached(deps(), PASSWORD)).toBe(false)
  expect(isCancelled).toBe(true)
})

test('a failure that is over is forgotten', async () => {
  let isAway = true
  const { deps, calls } = asking(() =>
    isAway ? new Response('', { status: 503 }) : range(`${SUFFIX}:17`),
  )
  await isBreached(deps(0), PASSWORD)
  isAway = false
  expect(await isBreached(deps(10_000), PASSWORD)).toBe(true)
  // By a clock of before, too.
  await isBreached(deps(9_000), 'another password')
  expect(calls.length).toBe(3)
})

test('what stands in the way of an answer is told', () => {
  const error = new BreachCheckDown()
  expect([error.name, error.message]).toEqual([
    'BreachCheckDown',
    'The range API of breached passwords did not answer.',
  ])
})

test('asks nobody where the check is off', async () => {
  const { deps, calls } = asking(() => range(`${SUFFIX}:17`), { PASSWORD_BREACH_CHECK: 'off' })
  expect(await isBreached(deps(), PASSWORD)).toBe(false)
  expect(calls).toEqual([])
})

/** Until the deadline, as a connection that nobody answers. */
const silence: Service = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')))
  })

function endless(chunk: string): Response {
  const bytes = new TextEncoder().encode(chunk)
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(bytes) }))
}

const FAULTS: readonly (readonly [string, Service])[] = [
  ['refuses connections', () => Promise.reject(new TypeError('refused'))],
  ['never answers', silence],
  ['answers 503', () => new Response(`${SUFFIX}:17`, { status: 503 })],
  ['redirects', () => new Response(null, { status: 302, headers: { location: '/elsewhere' } })],
  ['sends a page', () => new Response('<html>Welcome to the Wi-Fi</html>')],
  ['sends JSON', () => Response.json({ [SUFFIX]: 17 })],
  ['sends nothing', () => new Response('')],
  ['sends other lines behind the right ones', () => range(`${OTHER}:1`, 'x')],
  ['sends without end', () => endless(`${OTHER}:1\r\n`)],
]

test.each(FAULTS)('a service that %s: open takes the password', async (_, service) => {
  const { deps, log } = asking(service)
  expect(await isBreached(deps(), PASSWORD)).toBe(false)
  expect(log).toEqual([{ level: 'error', event: 'breach_check_unavailable' }])
})

test.each(FAULTS)('a service that %s: closed answers later', async (_, service) => {
  const { deps } = asking(service, { PASSWORD_BREACH_CHECK: 'closed' })
  await expect(isBreached(deps(), PASSWORD)).rejects.toThrow(BreachCheckDown)
})

test('after a failure nobody waits for the service for ten seconds', async () => {
  const { deps, calls } = asking(silence)
  await isBreached(deps(0), PASSWORD)
  await isBreached(deps(9_999), 'another password')
  expect(calls.length).toBe(1)
  await isBreached(deps(10_000), 'another password')
  expect(calls.length).toBe(2)
})

test('keeps ranges for ten minutes', async () => {
  const { deps, calls } = asking(() => range(`${SUFFIX}:17`))
  await isBreached(deps(0), PASSWORD)
  expect(await isBreached(deps(599_999), PASSWORD)).toBe(true)
  expect(calls.length).toBe(1)
  await isBreached(deps(600_000), PASSWORD)
  expect(calls.length).toBe(2)
})

test('keeps 32 ranges, those used last', async () => {
  const { deps, calls } = asking(() => range(`${OTHER}:1`))
  await isBreached(deps(), PASSWORD)
  for (let other = 0; other < 31; other += 1) await isBreached(deps(), `other ${other}`)
  await isBreached(deps(), PASSWORD)
  expect(calls.length).toBe(32)
  await isBreached(deps(), 'one more')
  await isBreached(deps(), PASSWORD)
  expect(calls.length).toBe(33)
  await isBreached(deps(), 'other 0')
  expect(calls.length).toBe(34)
})
