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

test('carries what runs and nothing else, in less than two megabytes, and needs no other package', () => {
  const bytes = files().reduce((sum, name) => sum + statSync(join(installed, name)).size, 0)
  console.log(`rest-auth-edge: ${(bytes / 1024).toFixed(0)} KiB installed`)
  expect(bytes).toBeLessThan(2 * 1024 * 1024)
  const odd = files().filter((name) => !/\.(?:js|d\.ts|wasm|bin|sql|json|md)$|^LICENSE$/.test(name))
  expect(odd).toEqual([])
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  )
  const unwanted = ['private', 'scripts', 'dependencies', 'optionalDependencies', 'devDependencies']
  expect(unwanted.filter((name) => name in manifest)).toEqual([])
  const text = files()
    .filter((name) => /\.(?:js|ts)$/.test(name))
    .map((name) => readFileSync(join(installed, name), 'utf8'))
    .join('\n')
  expect(text).not.toContain(ROOT)
})

test('is what package managers and bundlers expect', async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false })
  expect(messages).toEqual([])
  // Fails where a type is not found as the package's users resolve it.
  const attw = [join(BIN, 'attw'), inject('tarball'), '--profile', 'esm-only']
  execFileSync(process.execPath, attw, { cwd: project })
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
