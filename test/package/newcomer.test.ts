import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  freePort,
  runCommand,
  startCommand,
  stopCommand,
  untilReady,
  type Finished,
  type Running,
} from './commands.ts'

/** docs/add-to-a-worker.md, done step by step. */

const PAGE = fileURLToPath(new URL('../../docs/add-to-a-worker.md', import.meta.url))
const MAX_OWN_LINES = 14
const MAX_MINUTES = 5

const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-newcomer-'))
const file = join(place, 'src/index.ts')
const [before = '', after = ''] = codeOf('ts')
const startedMs = performance.now()

let init: Finished
let dev: Running
let service: Awaited<ReturnType<typeof untilReady>>
beforeAll(async () => {
  mkdirSync(join(place, 'src'))
  writeFileSync(file, before)
  const config = 'name = "shop"\nmain = "src/index.ts"\ncompatibility_date = "2026-08-04"\n'
  writeFileSync(join(place, 'wrangler.toml'), config)
  const start = { name: 'shop', private: true, scripts: { dev: 'wrangler dev' } }
  writeFileSync(join(place, 'package.json'), JSON.stringify(start))
  // What `npm install` does; install.ts has done it, and said how long it takes.
  symlinkSync(join(inject('projectDirectory'), 'node_modules'), join(place, 'node_modules'))
  init = await runCommand(place, ['init'])
  writeFileSync(file, after)
  dev = startCommand(place, ['dev'], { PORT: String(await freePort()) })
  service = await untilReady(dev)
})
afterAll(async () => {
  await stopCommand(dev)
  rmSync(place, { recursive: true })
})

function codeOf(language: string): readonly string[] {
  const page = readFileSync(PAGE, 'utf8')
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  )
}

test('the page tells the commands that this test runs', () => {
  const commands = codeOf('sh')
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('np'))
  expect(commands).toEqual([
    'npm install rest-auth-edge',
    'npx rest-auth-edge init',
    'npm install --ignore-scripts',
    'npx rest-auth-edge dev',
  ])
})

test('init adds to the project, and says what it cannot add itself', () => {
  expect(init.output).toBe(`changed  package.json
made     src/auth.ts
made     .dev.vars
made     .gitignore

Add to src/index.ts (with Hono; anything else: docs/add-to-a-worker.md):

  import { auth } from "./auth"
  app.route('/', auth.app)
  export default { fetch: app.fetch, scheduled: auth.scheduled }

Add to wrangler.toml:

  # Retries mail that could not be sent and deletes what has expired.
  [triggers]
  crons = ["* * * * *"]

  # Stops floods of one address before anything else is done.
  [[ratelimits]]
  name = "RATE_LIMITER"
  namespace_id = "${/namespace_id = "(\d+)"/.exec(init.output)?.[1]}"
  simple = { limit = 600, period = 60 }

Now:

  npm install --ignore-scripts
  npx rest-auth-edge dev
`)
  expect(readFileSync(join(place, 'package.json'), 'utf8')).toContain('"dev": "wrangler dev"')
})

test('a login and a guarded route, in a few lines and minutes', async () => {
  const orders = new URL('/api/orders', service.url)
  expect((await fetch(orders)).status).toBe(401)
  const response = await fetch(`${service.url}login/`, { method: 'POST', body: service.form })
  const { access }: { readonly access: string } = await response.json()
  const headers = { Authorization: `Bearer ${access}` }
  expect(await (await fetch(orders, { headers })).json()).toEqual({ orders: ['a lamp'], of: '1' })
  expect(await (await fetch(new URL('/', service.url))).text()).toBe('Welcome')

  const known = new Set(before.split('\n'))
  const own = after.split('\n').filter((line) => line !== '' && !known.has(line))
  const minutes = (performance.now() - startedMs) / 60_000
  console.log(`login and a guarded route: ${own.length} own lines, ${(minutes * 60).toFixed(1)} s`)
  expect(own.length).toBeLessThanOrEqual(MAX_OWN_LINES)
  expect(readFileSync(PAGE, 'utf8')).toContain('That is ten lines of your own.')
  expect(own.length).toBe(10)
  expect(minutes).toBeLessThan(MAX_MINUTES)
})

test('init keeps what is there, and --force does not touch secrets', async () => {
  const secrets = readFileSync(join(place, '.dev.vars'), 'utf8')
  writeFileSync(join(place, 'src/auth.ts'), '// mine\n')
  const kept = await runCommand(place, ['init'])
  expect(kept.output).toContain('kept     src/auth.ts (it was there)')
  expect(readFileSync(join(place, 'src/auth.ts'), 'utf8')).toBe('// mine\n')
  const forced = await runCommand(place, ['init', '--force'])
  expect(forced.output).toContain('changed  src/auth.ts')
  expect(readFileSync(join(place, '.dev.vars'), 'utf8')).toBe(secrets)
})

test('a project with wrangler.jsonc is a project, too', async () => {
  const other = mkdtempSync(join(tmpdir(), 'rest-auth-edge-jsonc-'))
  cpSync(join(place, 'src'), join(other, 'src'), { recursive: true })
  symlinkSync(join(place, 'node_modules'), join(other, 'node_modules'))
  const config =
    '{\n  // The shop.\n  "main": "src/index.ts", "vars": { "SITE_NAME": "A // B", },\n}\n'
  writeFileSync(join(other, 'wrangler.jsonc'), config)
  const { output } = await runCommand(other, ['init'])
  expect(output).toContain('Add to wrangler.jsonc:\n\n  "triggers": { "crons": ["* * * * *"] },')
  const checked = await runCommand(other, [
    'manage',
    'check',
    '--database-url',
    'http://127.0.0.1:9',
  ])
  expect(checked.output).toContain('ok       settings: valid')
  writeFileSync(join(other, 'wrangler.jsonc'), '{ "main": ')
  const broken = await runCommand(other, ['manage', 'check'])
  expect(broken).toMatchObject({ code: 1 })
  expect(broken.output).toContain('wrangler.jsonc cannot be read: ')
  rmSync(other, { recursive: true })
})
