import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { checkLive } from '../../src/cli/deploy/live-check.ts'

type Reply = { readonly status: number; readonly body?: object | string }

const READY: Reply = { status: 200, body: { status: 'ok' } }
const REFUSED: Reply = { status: 400, body: { non_field_errors: ['Unable to log in.'] } }
const SETTINGS = { URL_PREFIX: '/dj-rest-auth/', HEALTH_ENDPOINTS: true }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A Worker that gives one answer after the other, the last one for ever; answers its address, and who asked what. */
async function worker(...replies: readonly Reply[]) {
  const asked: string[] = []
  const waiting = [...replies]
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { status, body = '' } = (waiting.length > 1 ? waiting.shift() : waiting[0]) ?? REFUSED
    response.writeHead(status)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked }
}

async function check(url: string, waitMs = 5_000, settings = SETTINGS) {
  let said = ''
  const write = (text: string): void => {
    said += text
  }
  const io = { out: write, say: write }
  return { code: await checkLive(io, { url, settings, waitMs }), said }
}

test('waits until it is there, and asks for the database, then for a login', async () => {
  const { url, asked } = await worker({ status: 404 }, READY, REFUSED)
  expect(await check(url)).toEqual({
    code: 0,
    said: 'Checked: the database is migrated, logins are answered.\n',
  })
  expect(asked).toEqual(['GET /readyz', 'GET /readyz', 'POST /dj-rest-auth/login/'])
})

test('without health endpoints a login is all there is to ask for', async () => {
  const { url, asked } = await worker(REFUSED)
  const settings = { ...SETTINGS, HEALTH_ENDPOINTS: false }
  expect(await check(url, 0, settings)).toEqual({
    code: 0,
    said: 'Checked: logins are answered.\n',
  })
  expect(asked).toEqual(['POST /dj-rest-auth/login/'])
})

test.each<readonly [string, readonly Reply[], string]>([
  [
    'a database without tables',
    [{ status: 503, body: { detail: 'Run: npm run manage -- migrate' } }],
    '/readyz answers 503: Run: npm run manage -- migrate. npx wrangler tail shows why',
  ],
  [
    'a login that fails',
    [READY, { status: 500 }],
    '/dj-rest-auth/login/ answers 500. npx wrangler',
  ],
  ['somebody else', [READY, { status: 200 }], '/dj-rest-auth/login/ answers 200. npx wrangler'],
  ['a name without a Worker', [{ status: 404 }], '/readyz answers 404. Nobody serves that address'],
  ['a door before it', [{ status: 302 }], '/readyz answers 302. npx wrangler'],
])('%s is said', async (_, replies, words) => {
  const { url } = await worker(...replies)
  const { code, said } = await check(url, 0)
  expect(said).toContain(`The Worker is uploaded, but ${url}${words}`)
  expect(said.split('\n')).toHaveLength(2)
  expect(code).toBe(1)
})

test('a name that leads nowhere is said, with why', async () => {
  const { url } = await worker(READY)
  server?.close()
  const { code, said } = await check(url, 0)
  expect(said).toMatch(/ is not reached from here \(ECONNREFUSED\)\. A new name or domain can take/)
  expect(code).toBe(1)
})
