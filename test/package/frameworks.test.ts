import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { aKey } from '../guard/tokens.ts'
import { freePort } from './commands.ts'

/** The Node servers of docs/guard.md, as they stand there, with the frameworks from npm. */

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/guard.md', import.meta.url)), 'utf8')
const project = inject('projectDirectory')
const refused = {
  detail: 'Authentication credentials were not provided.',
  code: 'not_authenticated',
}

let service: Server
let serviceUrl = ''
let keysAsked = 0
let callsForKeys = 0
const KEY = 'f'.repeat(40)
let token = ''
const running: ChildProcess[] = []

beforeAll(async () => {
  const key = await aKey()
  const now = Math.floor(Date.now() / 1000)
  token = await key.sign({ iat: now, exp: now + 300 })
  service = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json')
    if (request.url !== '/token/introspect/') {
      keysAsked += 1
      response.end(JSON.stringify({ keys: [key.jwk] }))
      return
    }
    const isOurs = request.headers.authorization === `Basic ${btoa('orders:s3cret')}`
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      callsForKeys += 1
      response.statusCode = isOurs ? 200 : 401
      const isGood = body === `token=${KEY}`
      response.end(JSON.stringify(isGood ? { active: true, user_id: '7' } : { active: false }))
    })
  }).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const address = service.address()
  serviceUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
})
afterAll(() => {
  for (const child of running) child.kill()
  service.close()
})

/** Starts the server of a section; answers its address. */
async function start(section: string, more = ''): Promise<string> {
  const port = await freePort()
  const [, code = ''] =
    new RegExp(`^## ${section}\\n+\`\`\`js\\n([^]*?)^\`\`\``, 'm').exec(PAGE) ?? []
  const file = join(project, `${section}.mjs`)
  const own = code
    .replace(`'https://auth.example.com/dj-rest-auth/'`, `'${serviceUrl}'${more}`)
    .replaceAll('3000', String(port))
  writeFileSync(file, own)
  const child = spawn(process.execPath, [file], { cwd: project, stdio: 'inherit' })
  running.push(child)
  const url = `http://127.0.0.1:${port}/api/orders`
  for (;;) {
    const answered = await fetch(url).catch(() => undefined)
    if (answered !== undefined) break
    if (child.exitCode !== null) throw new Error(`${section} does not start.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  rmSync(file)
  return url
}

test.each(['Express', 'Fastify'])('%s lets a login through, and nobody else', async (section) => {
  const url = await start(section)
  keysAsked = 0
  const headers = { Authorization: `Bearer ${token}` }
  for (let calls = 0; calls < 3; calls += 1) {
    const response = await fetch(url, { headers })
    expect([response.status, await response.json()]).toEqual([200, { of: '7' }])
  }
  expect(keysAsked).toBe(1)
  const stranger = await fetch(url)
  expect([stranger.status, await stranger.json()]).toEqual([401, refused])
  expect(stranger.headers.get('WWW-Authenticate')).toBe('Bearer')
  const forged = await fetch(url, {
    headers: { Authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` },
  })
  expect(forged.status).toBe(401)
})

test.each(['Express', 'Fastify'])(
  '%s asks the service about a key, once in a while',
  async (section) => {
    const url = await start(section, ", client: { id: 'orders', secret: 's3cret' }")
    callsForKeys = 0
    const statusOf = async (key: string) =>
      (await fetch(url, { headers: { Authorization: `Token ${key}` } })).status
    expect([await statusOf(KEY), await statusOf(KEY), callsForKeys]).toEqual([200, 200, 1])
    expect([await statusOf('0'.repeat(40)), callsForKeys]).toEqual([401, 2])
  },
)
