import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { WRANGLER, WRANGLER_ENVIRONMENT } from './wrangler.ts'

/** One file that a deployment uploads. */
export type BundleFile = {
  readonly name: string
  readonly bytes: Buffer
  /** Compressed as Cloudflare counts it. */
  readonly gzipBytes: number
}

/** Where the checkout is: what is built, and what no bundle may mention. */
const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Code beyond this costs every cold start. Scripts only: the data beside them is read when needed. */
export const SCRIPT_BUDGET_BYTES = 120 * 1024

/**
 * What has no business in the bundle, and why. `node:` modules that workerd has and we use are listed in
 * `NODE_MODULES`.
 */
const FORBIDDEN: Readonly<Record<string, string>> = {
  PgDialect: "Drizzle's PostgreSQL dialect",
  MySqlDialect: "Drizzle's MySQL dialect",
  SingleStoreDialect: "Drizzle's SingleStore dialect",
  createRequire: 'code for Node alone',
  'new WebSocket': 'the WebSocket client of libSQL',
  'WebAssembly.compile': 'workerd refuses to compile WebAssembly from bytes',
  'eval(': 'workerd refuses to evaluate strings',
  'new Function(': 'workerd refuses to evaluate strings',
  [PROJECT_ROOT]: 'a path of the machine that built it',
}

/** Modules of Node that may be imported: the native scrypt (PLATFORM 2). */
const NODE_MODULES = ['node:crypto']

/** Builds what `wrangler deploy` would upload, and answers its files, the script first. */
export async function buildBundle(directory: string): Promise<readonly BundleFile[]> {
  rmSync(directory, { recursive: true, force: true })
  await promisify(execFile)(WRANGLER, ['deploy', '--dry-run', '--minify', '--outdir', directory], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...WRANGLER_ENVIRONMENT },
  })
  return readdirSync(directory)
    .filter((name) => /\.(?:js|wasm|bin)$/.test(name))
    .sort((a, b) => Number(b.endsWith('.js')) - Number(a.endsWith('.js')) || a.localeCompare(b))
    .map((name) => {
      const bytes = readFileSync(join(directory, name))
      return { name, bytes, gzipBytes: gzipSync(bytes, { level: 9 }).length }
    })
}

/** What is wrong with a bundle; empty when it may be deployed. */
export function bundleFaults(files: readonly BundleFile[]): readonly string[] {
  const scripts = files.filter(({ name }) => name.endsWith('.js'))
  const gzipBytes = scripts.reduce((sum, file) => sum + file.gzipBytes, 0)
  const text = scripts.map(({ bytes }) => bytes.toString('utf8')).join('\n')
  const imported = new Set(text.match(/\bnode:[a-z/_]+/g))
  return [
    ...(gzipBytes > SCRIPT_BUDGET_BYTES
      ? [`${kibibytes(gzipBytes)} gzip of scripts; the budget is ${kibibytes(SCRIPT_BUDGET_BYTES)}`]
      : []),
    ...Object.entries(FORBIDDEN)
      .filter(([needle]) => text.includes(needle))
      .map(([needle, what]) => `"${needle}" is in the bundle: ${what}`),
    ...[...imported]
      .filter((name) => !NODE_MODULES.includes(name))
      .map((name) => `"${name}" is in the bundle: a module of Node that is not on the list`),
  ]
}

/** A size as people read it. */
export function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
