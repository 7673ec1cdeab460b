import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startFakeCloudflare, type FakeCloudflare } from '../support/fake-cloudflare.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { serve, type Served } from '../support/serve.ts'
import { createRestAuth } from '../../src/rest-auth.ts'
import { runCommand } from './commands.ts'

/** A new project goes live: what the first deployment makes, and that every step may be repeated. */

const source = inject('projectDirectory')
const project = mkdtempSync(join(tmpdir(), 'rest-auth-edge-deploy-'))
let sqld: Sqld
let cloudflare: FakeCloudflare
/** What has gone up. */
let secrets: ReadonlyMap<string, string>

beforeAll(async () => {
  for (const name of ['package.json', 'wrangler.toml', 'src', '.gitignore']) {
    cpSync(join(source, name), join(project, name), { recursive: true })
  }
  symlinkSync(join(source, 'node_modules'), join(project, 'node_modules'))
  sqld = await startSqld()
  cloudflare = await startFakeCloudflare()
})
afterAll(async () => {
  cloudflare.stop()
  await sqld.stop()
  rmSync(project, { recursive: true })
})

function deploy(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  // Nobody serves the address that wrangler is told here; the last test has one that is served.
  const all = ['deploy', '--wait', '0', ...args]
  return runCommand(project, all, { ...cloudflare.env, CI: '', ...env })
}

const kept = () => parseEnv(readFileSync(join(project, '.deploy.vars'), 'utf8'))

test('a dry run says what would be done', async () => {
  const { code, output } = await deploy(['--dry-run'], { TURSO_DATABASE_URL: sqld.url })
  expect(code, output).toBe(0)
  expect(output).toContain(`secrets: make SECRET_KEY, SIMPLE_JWT_SIGNING_KEY
secrets: upload TURSO_DATABASE_URL
migrations: apply 0
worker: upload
first account: none (--first-account ADDRESS)
`)
  expect(cloudflare.uploaded.size).toBe(0)
})

test('makes secrets, tells where it is, and ends in a link that sets the first password', async () => {
  const args = ['--first-account', 'ada@example.com']
  const { code, output } = await deploy(args, { TURSO_DATABASE_URL: sqld.url })
  expect(code, output).toBe(0)
  const { SECRET_KEY, SIMPLE_JWT_SIGNING_KEY } = kept()
  expect(statSync(join(project, '.deploy.vars')).mode & 0o077).toBe(0)
  expect(Object.fromEntries(cloudflare.uploaded)).toEqual({
    SECRET_KEY,
    SIMPLE_JWT_SIGNING_KEY,
    TURSO_DATABASE_URL: sqld.url,
  })
  secrets = new Map(cloudflare.uploaded)
  const url = 'https://my-auth.me.workers.dev'
  expect(readFileSync(join(project, 'wrangler.toml'), 'utf8')).toContain(`PUBLIC_URL = "${url}"`)
  expect(cloudflare.asked.filter((call) => call === 'PUT workers/scripts/my-auth')).toHaveLength(2)
  const [link = ''] = /https:\S+\/password\/reset\/confirm\/\S+/.exec(output) ?? []
  expect(link).toMatch(new RegExp(`^${url}/dj-rest-auth/`))
  expect(output.trimEnd().split('\n').at(-1)).toBe(`The service: ${url}/dj-rest-auth/`)
  expect(await logInBy(link)).toMatchObject({ username: 'ada', email: 'ada@example.com' })
})

const works: Promise<unknown>[] = []

/** A Worker with the secrets that went up. */
function theWorker() {
  const auth = createRestAuth({ settings: { USE_JWT: true, SIMPLE_JWT_ALGORITHM: 'ES256' } })
  const env = Object.fromEntries(secrets)
  const context = {
    waitUntil: (work: Promise<unknown>) => works.push(work),
    passThroughOnException: () => undefined,
    props: {},
  }
  return { fetch: (request: Request) => auth.fetch(request, env, context) }
}

/** Sets the password by the link, at a service with what went up, and logs in. */
async function logInBy(link: string): Promise<unknown> {
  const [, uid = '', token = ''] = /confirm\/([^/]+)\/([^/]+)\//.exec(link) ?? []
  const worker = theWorker()
  const post = (path: string, body: Readonly<Record<string, string>>) => {
    const url = new URL(`/dj-rest-auth/${path}`, link)
    return worker.fetch(new Request(url, { method: 'POST', body: new URLSearchParams(body) }))
  }
  const password = 'c0rrect-Horse-9'
  const passwords = { new_password1: password, new_password2: password }
  expect((await post('password/reset/confirm/', { uid, token, ...passwords })).status).toBe(200)
  const login = await post('login/', { username: 'ada', password })
  const { user }: { readonly user: unknown } = await login.json()
  await Promise.all(works)
  return user
}

test('again, it makes nothing anew', async () => {
  const before = kept()
  cloudflare.uploaded.clear()
  const again = await deploy(['--first-account', 'eve@example.com'], {
    TURSO_DATABASE_URL: sqld.url,
  })
  expect(again.code, again.output).toBe(0)
  expect(again.output).toContain('The database is up to date.')
  expect(again.output).not.toMatch(/Made|go up with|sets the password/)
  expect([kept(), cloudflare.uploaded.size]).toEqual([before, 0])
  const { rows } = await sqld.client.execute('select username, is_superuser from users')
  expect(rows.map((row) => ({ ...row }))).toEqual([{ username: 'ada', is_superuser: 1 }])
})

test('asks the Worker that is up for its database and a login, and says where there is none', async () => {
  let up: ReturnType<typeof theWorker> | undefined = theWorker()
  const live: Served = await serve({
    fetch: (request: Request) =>
      up?.fetch(request) ??
      Promise.resolve(new Response('There is nothing here yet', { status: 404 })),
  })
  const file = join(project, 'wrangler.toml')
  const config = readFileSync(file, 'utf8')
  writeFileSync(file, config.replace(/^PUBLIC_URL = .*$/m, `PUBLIC_URL = "${live.url}"`))
  try {
    const good = await deploy(['--wait', '20'], { TURSO_DATABASE_URL: sqld.url })
    expect(good.output).toContain('\nChecked: the database is migrated, logins are answered.\n')
    expect(good.code, good.output).toBe(0)
    expect(live.paths).toEqual(['/readyz', '/dj-rest-auth/login/'])
    up = undefined
    const gone = await deploy(['--wait', '1'], { TURSO_DATABASE_URL: sqld.url })
    expect(gone.output).toContain(
      `The Worker is uploaded, but ${live.url}/readyz answers 404. Nobody serves that address yet`,
    )
    expect(gone.code).toBe(1)
  } finally {
    writeFileSync(file, config)
    await live.stop()
  }
})

test('never makes a key where accounts are sealed under another one', async () => {
  cloudflare.secretNames = ['TURSO_DATABASE_URL']
  rmSync(join(project, '.deploy.vars'))
  const { code, output } = await deploy([], { TURSO_DATABASE_URL: sqld.url })
  expect(output).toContain(
    'The database has accounts, made under a SECRET_KEY that the Worker has not.',
  )
  expect(code).toBe(1)
})
