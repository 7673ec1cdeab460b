/**
 * Builds what a deployment uploads and judges it: size before the first answer, and code that must not be in it.
 */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { WRANGLER_ENVIRONMENT, wranglerCommand } from '../cli/wrangler.ts'

/** One file that a deployment uploads. */
export type BundleFile = {
  readonly name: string
  readonly bytes: Buffer
  /** Compressed as Cloudflare counts it. */
  readonly gzipBytes: number
  /** Whether it is read before the first request, or (`false`) when something first asks for it. */
  readonly isEager: boolean
  /** Whether an isolate reads it, beside those, before it has served its first login. */
  readonly isOfLogin: boolean
}

/** Where the checkout is: what is built, and what no bundle may mention. */
const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Code beyond this costs every cold start. Of the scripts that are read then: the Worker's entry and what
 * it imports; scripts and data beside them are read when they are first used.
 */
export const SCRIPT_BUDGET_BYTES = 26 * 1024

/** The same of what an isolate's first login reads besides. What no login needs belongs into another file. */
export const LOGIN_BUDGET_BYTES = 76 * 1024

/** The chunks of a login with nothing but a name and a password. */
const LOGIN_CHUNKS = ['head-start.chunk', 'endpoints.chunk']

/**
 * What has no business in the bundle, and why. `node:` modules that workerd has and we use are listed in
 * `NODE_MODULES`.
 */
const FORBIDDEN: Readonly<Record<string, string>> = {
  PgDialect: "Drizzle's PostgreSQL dialect",
  MySqlDialect: "Drizzle's MySQL dialect",
  SingleStoreDialect: "Drizzle's SingleStore dialect",
  AsyncRelationalQuery: "Drizzle's relational queries",
  PgEnumColumn: "Drizzle's enumerations of PostgreSQL",
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
  const [program = '', ...wrangler] = wranglerCommand(PROJECT_ROOT)
  await promisify(execFile)(program, [...wrangler, 'deploy', '--dry-run', '--outdir', directory], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...WRANGLER_ENVIRONMENT },
  })
  const names = readdirSync(directory).filter((name) => /\.(?:js|wasm|bin)$/.test(name))
  const eager = scriptsFrom(directory, ['index.js'])
  const login = scriptsFrom(directory, LOGIN_CHUNKS.map(scriptOf(names)))
  return names
    .sort((a, b) => rank(eager, a) - rank(eager, b) || a.localeCompare(b))
    .map((name) => {
      const bytes = readFileSync(join(directory, name))
      const gzipBytes = gzipSync(bytes, { level: 9 }).length
      const isEager = eager.has(name)
      return { name, bytes, gzipBytes, isEager, isOfLogin: login.has(name) && !isEager }
    })
}

/** The script that a chunk became: one that is called otherwise now would make its budget hold nothing. */
function scriptOf(names: readonly string[]): (chunk: string) => string {
  return (chunk) => {
    const found = names.find((name) => name.startsWith(`${chunk}-`) && name.endsWith('.js'))
    if (found === undefined) throw new Error(`No script was made of ${chunk}.ts`)
    return found
  }
}

/** Scripts, and everything that they import without waiting to be asked. */
function scriptsFrom(directory: string, names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names)
  for (const name of found) {
    const text = readFileSync(join(directory, name), 'utf8')
    for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
      found.add(imported)
    }
  }
  return found
}

function rank(eager: ReadonlySet<string>, name: string): number {
  if (name === 'index.js') return 0
  if (eager.has(name)) return 1
  return name.endsWith('.js') ? 2 : 3
}

/** What is wrong with a bundle; empty when it may be deployed. */
export function bundleFaults(files: readonly BundleFile[]): readonly string[] {
  const scripts = files.filter(({ name }) => name.endsWith('.js'))
  const gzipBytes = eagerGzipBytes(files)
  const loginGzipBytes = loginGzipBytesOf(files)
  const text = scripts.map(({ bytes }) => bytes.toString('utf8')).join('\n')
  const imported = new Set(text.match(/\bnode:[a-z/_]+/g))
  return [
    ...(gzipBytes > SCRIPT_BUDGET_BYTES
      ? [
          `${kibibytes(gzipBytes)} gzip at a cold start; the budget is ${kibibytes(SCRIPT_BUDGET_BYTES)}`,
        ]
      : []),
    ...(loginGzipBytes > LOGIN_BUDGET_BYTES
      ? [
          `${kibibytes(loginGzipBytes)} gzip more at an isolate's first login; the budget is ${kibibytes(LOGIN_BUDGET_BYTES)}`,
        ]
      : []),
    ...Object.entries(FORBIDDEN)
      .filter(([needle]) => text.includes(needle))
      .map(([needle, what]) => `"${needle}" is in the bundle: ${what}`),
    ...[...imported]
      .filter((name) => !NODE_MODULES.includes(name))
      .map((name) => `"${name}" is in the bundle: a module of Node that is not on the list`),
  ]
}

/** What a cold start reads, compressed. */
export function eagerGzipBytes(files: readonly BundleFile[]): number {
  return files.filter(({ isEager }) => isEager).reduce((sum, file) => sum + file.gzipBytes, 0)
}

/** What an isolate's first login reads beside that, compressed. */
export function loginGzipBytesOf(files: readonly BundleFile[]): number {
  return files.filter(({ isOfLogin }) => isOfLogin).reduce((sum, file) => sum + file.gzipBytes, 0)
}

/** A size as people read it. */
export function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
