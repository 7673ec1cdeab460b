import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { publint } from 'publint'
import { expect, inject, test } from 'vitest'
import { bundleModules } from '../support/bundle-modules.ts'

/** What is published, as a project that has installed it sees it. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')
const project = inject('projectDirectory')
const installed = join(project, 'node_modules/rest-auth-edge')
const place = mkdtempSync(join(project, 'own-'))

function files(): readonly string[] {
  return readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))
}

/** Size of what npm has put into a project. */
function installedBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

test('carries what runs and nothing else, in about two megabytes, and needs no other package', () => {
  const bytes = installedBytes(installed)
  console.log(`rest-auth-edge: ${(bytes / 1024).toFixed(0)} KiB installed`)
  expect(bytes).toBeLessThan(2.25 * 1024 * 1024)
  const odd = files().filter(
    (name) =>
      !/^(?:lib\/(?:cli|service|types)\/.*\.(?:js|d\.ts|wasm|bin)|lib\/\w+\.js|drizzle\/.*\.sql)$/.test(
        name,
      ),
  )
  const aside = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
  expect(odd.toSorted()).toEqual([...aside, 'drizzle/meta/_journal.json'].toSorted())
  const text = files()
    .filter((name) => /\.(?:js|ts)$/.test(name))
    .map((name) => readFileSync(join(installed, name), 'utf8'))
    .join('\n')
  for (const machine of [ROOT, inject('checkout')]) expect(text).not.toContain(machine)
})

test('is packed as it stands in the repository, and runs nothing where it is installed', () => {
  const packed = readFileSync(join(installed, 'package.json'), 'utf8')
  // Packing has changed nothing that git knows.
  expect(packed).toBe(readFileSync(join(inject('checkout'), 'package.json'), 'utf8'))
  const { scripts, ...manifest } = JSON.parse(packed) as {
    readonly scripts: Readonly<Record<string, string>>
  } // our own file
  const unwanted = ['private', 'dependencies', 'optionalDependencies', 'bundleDependencies']
  expect(unwanted.filter((name) => name in manifest)).toEqual([])
  const installScripts = ['preinstall', 'install', 'postinstall']
  expect(installScripts.filter((name) => name in scripts)).toEqual([])
})

test('who only calls the service installs less than a megabyte, under the same names', () => {
  const site = mkdtempSync(join(project, 'site-'))
  writeFileSync(join(site, 'package.json'), '{"type": "module"}')
  const spec = `rest-auth-edge@file:${inject('clientTarball')}`
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', spec], { cwd: site })
  const bytes = installedBytes(join(site, 'node_modules'))
  console.log(`a site with the client: ${(bytes / 1024).toFixed(0)} KiB in node_modules`)
  // What docs/package.md promises.
  expect(bytes).toBeLessThan(150_000)
  const names = ['client', 'guard'].map((part) => `await import('rest-auth-edge/${part}')`)
  const code = `console.log(Object.keys({ ...${names.join(', ...')} }).sort().join())`
  const found = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: site,
    encoding: 'utf8',
  })
  expect(found).toContain('createClient')
  expect(found).toContain('requireUser')
  const same = ['client.js', 'guard.js', 'react.js']
  const textOf = (directory: string) =>
    same.map((name) => readFileSync(join(directory, name), 'utf8'))
  expect(textOf(join(site, 'node_modules/rest-auth-edge'))).toEqual(textOf(join(installed, 'lib')))
})

test('what is not used is left out of a bundle', async () => {
  const sizeOf = async (code: string): Promise<number> => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: project },
      bundle: true,
      minify: true,
      format: 'esm',
      external: ['react', 'node:*', 'cloudflare:*'],
      loader: { '.wasm': 'empty', '.bin': 'empty' },
      write: false,
    })
    return outputFiles.reduce((sum, { contents }) => sum + contents.length, 0)
  }
  for (const part of ['', '/client', '/guard', '/react']) {
    expect(await sizeOf(`import 'rest-auth-edge${part}'`), part).toBe(0)
  }
  const whole = await sizeOf("export * from 'rest-auth-edge/guard'")
  const one = await sizeOf("export { expressGuard } from 'rest-auth-edge/guard'")
  expect(one).toBeLessThan(whole - 500)
  expect(await sizeOf("export { memoryStorage } from 'rest-auth-edge/client'")).toBeLessThan(1_000)
})

test('both are what package managers and bundlers expect', async () => {
  for (const directory of [installed, join(inject('checkout'), 'dist/client')]) {
    const { messages } = await publint({ pkgDir: directory, pack: false, strict: true })
    expect(messages).toEqual([])
  }
  // Fails where a type is not found as the package's users resolve it.
  for (const tarball of [inject('tarball'), inject('clientTarball')]) {
    const attw = [join(BIN, 'attw'), tarball, '--profile', 'esm-only']
    execFileSync(process.execPath, attw, { cwd: project })
  }
})

test('every migration is in it', () => {
  const migrations = (directory: string) =>
    readdirSync(directory).filter((name) => name.endsWith('.sql'))
  const own = migrations(join(ROOT, 'drizzle'))
  expect(migrations(join(installed, 'drizzle'))).toEqual(own)
  expect(files()).toContain('drizzle/meta/_journal.json')
})

/** A Worker with its own route and a guarded one: everything that its author writes. */
const WORKER = `import { Hono } from 'hono'
import { createRestAuth } from 'rest-auth-edge'
import { honoGuard, type GuardVariables } from 'rest-auth-edge/guard'
import { createClient } from 'rest-auth-edge/client'

const auth = createRestAuth({ settings: { USE_JWT: true, SITE_NAME: 'Example' } })
const app = new Hono<{ Bindings: object; Variables: GuardVariables }>()
app.route('/', auth.app)
app.use('/api/*', honoGuard((env: object) => ({ auth: auth.calls(env) })))
app.get('/api/me', (c) => c.json({ id: c.get('user').id }))

export default { fetch: app.fetch, scheduled: auth.scheduled }
export const client = () => createClient({ url: 'https://auth.example.com/', mode: 'jwt' })
`

test.each(['bundler', 'nodenext'])('its types are found and hold (%s)', (resolution) => {
  writeFileSync(join(place, 'worker.ts'), WORKER)
  writeFileSync(join(place, 'package.json'), '{"type": "module"}')
  writeFileSync(
    join(place, 'workers.d.ts'),
    readFileSync(join(ROOT, 'src/cloudflare-workers.d.ts')),
  )
  const options = [
    ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2024,dom,dom.iterable'],
    [
      '--moduleResolution',
      resolution,
      '--module',
      resolution === 'bundler' ? 'esnext' : resolution,
    ],
    ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')],
    ['--ignoreConfig', '--exactOptionalPropertyTypes'],
  ]
  const run = () =>
    execFileSync(join(BIN, 'tsc'), ['worker.ts', 'workers.d.ts', ...options.flat()], {
      cwd: place,
      encoding: 'utf8',
    })
  expect(run()).toBe('')
})

test('a Worker that is made of it answers, and guards its routes', async () => {
  writeFileSync(join(place, 'worker.ts'), WORKER)
  const outdir = join(place, 'dist')
  mkdirSync(outdir)
  await build({
    absWorkingDir: place,
    entryPoints: { index: 'worker.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    loader: { '.wasm': 'copy', '.bin': 'copy' },
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: bundleModules(outdir),
      compatibilityDate: '2026-11-17',
      bindings: {
        SECRET_KEY: 'worker-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
        TURSO_DATABASE_URL: 'http://127.0.0.1:9',
      },
    }),
  )
  try {
    const statusOf = async (path: string): Promise<number> => {
      const response = await miniflare.dispatchFetch(`https://app.example.com${path}`)
      await response.arrayBuffer()
      return response.status
    }
    const statuses = await Promise.all(
      ['/healthz', '/dj-rest-auth/user/', '/api/me', '/elsewhere'].map(statusOf),
    )
    expect(statuses).toEqual([200, 401, 401, 404])
  } finally {
    await miniflare.dispose()
  }
})
