import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { generateDjango } from './django.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const KILLS = 20

type Import = { readonly child: ChildProcess; readonly exited: Promise<unknown> }

/** The operator's tool in one file: it starts in a tenth of the time, and this test starts it often. */
async function bundleTool(directory: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: join(directory, 'manage.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)",
    },
    plugins: [
      {
        name: 'binary-modules',
        setup: (plugins) => {
          plugins.onLoad({ filter: /\.(?:wasm|bin)$/ }, ({ path }) => ({
            contents: binaryModule(path),
          }))
        },
      },
    ],
  })
}

function binaryModule(path: string): string {
  const base64 = readFileSync(path).toString('base64')
  const value = path.endsWith('.wasm') ? 'new WebAssembly.Module(bytes)' : 'bytes.buffer'
  return `const bytes = Uint8Array.from(Buffer.from('${base64}', 'base64'))\nexport default ${value}`
}

/** The import as a process of its own. */
function startImport(database: string, file: string, ...more: readonly string[]): Import {
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    [
      '--disable-warning=ExperimentalWarning',
      join(dirname(file), 'manage.mjs'),
      'manage',
      'import-django',
      file,
      '--batch-size',
      '20',
      '--secrets-file',
      '/dev/null',
      ...more,
    ],
    {
      cwd: root,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], TURSO_DATABASE_URL: database, SECRET_KEY: 'k'.repeat(40) },
    },
  )
  return { child, exited: once(child, 'exit') }
}

async function runThrough(sqld: Sqld, file: string): Promise<void> {
  const { child, exited } = startImport(sqld.url, file)
  await exited
  expect(child.exitCode).toBe(0)
}

/**
 * Kills an import outright when it has brought the database to so many rows: at a request, which arrives or does not.
 * Others are under way, and may be anywhere.
 */
async function runUntil(
  sqld: Sqld,
  rows: number,
  ...args: readonly [file: string, ...more: readonly string[]]
): Promise<'killed' | 'finished'> {
  const proxy = await startFaultProxy(sqld.url)
  const { child, exited } = startImport(proxy.url, ...args)
  proxy.choose(async () => {
    if ((await rowCount(sqld)) < rows) return { kind: 'none' }
    child.kill('SIGKILL')
    return { kind: 'cut', when: Math.random() < 0.5 ? 'before' : 'after' }
  })
  await exited
  await proxy.stop()
  return child.signalCode === 'SIGKILL' ? 'killed' : 'finished'
}

async function contents({ client }: Sqld): Promise<unknown> {
  const results = await client.batch([
    'select * from users order by id',
    'select * from email_addresses order by id',
    'select user_id, key_hash, created_at from auth_tokens order by user_id',
    'select * from social_accounts order by id',
    'select * from spent_refresh_tokens order by jti',
    'select * from sqlite_sequence order by name',
    "select type, name, sql from sqlite_master where type in ('table', 'index') order by name",
  ])
  return results.map(({ rows }) => rows.map((row) => Array.from(row)))
}

async function rowCount({ client }: Sqld): Promise<number> {
  const { rows } = await client.execute(
    'select (select count(*) from users) + (select count(*) from email_addresses) + (select count(*) from auth_tokens) + (select count(*) from social_accounts) + (select count(*) from spent_refresh_tokens)',
  )
  return Number(rows[0]?.[0])
}

test('an import killed at twenty points, each time started again, ends as one that ran through', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'import-killed-'))
  const sqld = await startSqld()
  try {
    const file = join(directory, 'django.sqlite3')
    await Promise.all([generateDjango(file, 400), bundleTool(directory)])
    await runThrough(sqld, file)
    const whole = await contents(sqld)
    const step = (await rowCount(sqld)) / (KILLS + 1)

    await sqld.resetDatabase()
    for (let kill = 0; kill < KILLS; kill += 1) {
      const rows = Math.ceil(step * (kill + Math.random()))
      // The first of all finds every table empty, and takes their indexes away.
      const more = kill % 2 === 0 ? ['--defer-indexes'] : []
      expect(await runUntil(sqld, rows, file, ...more)).toBe('killed')
    }
    expect(await contents(sqld)).not.toEqual(whole)
    await runThrough(sqld, file)
    expect(await contents(sqld)).toEqual(whole)
  } finally {
    await sqld.stop()
    rmSync(directory, { recursive: true })
  }
}, 240_000)
