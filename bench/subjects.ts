import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { buildBundle, eagerGzipBytes } from '../src/tools/bundle.ts'
import { publicUrl } from './operations.ts'
import { ITERATIONS } from './password.ts'

/** A Worker to measure: its files and what it is bound to. */
export type Subject = {
  readonly name: string
  /** What it is bound to besides its database and secret. */
  readonly settings: Readonly<Record<string, string>>
  readonly modules: readonly Module[]
  /** What a cold start reads, and that with what is loaded when it is needed. */
  readonly eagerGzipBytes: number
  readonly scriptGzipBytes: number
}

type Module = {
  readonly type: 'ESModule' | 'CompiledWasm' | 'Data'
  readonly path: string
  readonly contents: Uint8Array
}

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BETTER_AUTH = join(HERE, 'better-auth')

/** Builds every subject, minified as it would be deployed; better-auth where it is installed. */
export async function buildSubjects(): Promise<readonly Subject[]> {
  const floor = await bundled('floor', join(HERE, 'floor.ts'))
  const service = await builtService()
  if (!existsSync(join(BETTER_AUTH, 'node_modules'))) {
    console.log('Without better-auth: npm ci --prefix bench/better-auth\n')
    return [floor, service]
  }
  const betterAuth = await bundled('better-auth', join(BETTER_AUTH, 'worker.mjs'))
  return [floor, service, betterAuth]
}

/** What workerd behaves like, for every subject. */
export const COMPATIBILITY_DATE = '2026-11-17'

/** What a subject is bound to. */
export function bindingsOf(
  subject: Subject,
  database: string,
  port: number,
): Readonly<Record<string, string>> {
  return {
    TURSO_DATABASE_URL: database,
    SECRET_KEY: 'bench-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    PUBLIC_URL: publicUrl(port),
    ...subject.settings,
  }
}

/** Starts a subject. */
export function startWorker(subject: Subject, database: string, port: number): Miniflare {
  const worker = {
    name: subject.name,
    modules: [...subject.modules],
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { ...bindingsOf(subject, database, port) },
  }
  return new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      workers: [worker],
      // The service writes its log all the same; only nobody shows it.
      handleStructuredLogs: () => undefined,
    }),
  )
}

const SERVICE_SETTINGS = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_EMAIL_VERIFICATION: 'none',
  ACCOUNT_RATE_LIMITS: 'false',
  PASSWORD_PBKDF2_CALLS: '1',
  PASSWORD_PBKDF2_ITERATIONS: String(ITERATIONS),
}

/** The service with all that counts, notes and asks besides the operation itself. */
export const ALL_ON = {
  ...SERVICE_SETTINGS,
  ACCOUNT_RATE_LIMITS: JSON.stringify({ login: '100000/m/ip', login_failed: '100000/m/ip' }),
  DEFAULT_THROTTLE_RATES: JSON.stringify({ dj_rest_auth: '100000/minute' }),
  THROTTLE_ALL_ENDPOINTS: 'true',
  MFA_ENABLED: 'true',
  PASSKEYS_ENABLED: 'true',
  SESSION_MANAGEMENT: 'true',
  ADMIN_API: 'true',
  SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true',
}

/** Limits and all, but none that a measurement reaches; hashes as cheap as can be. */
export const AS_MEASURED = {
  ...SERVICE_SETTINGS,
  ACCOUNT_RATE_LIMITS: JSON.stringify({
    login: '10000000/m/ip',
    login_failed: '10000000/m/ip,10000000/m/user',
    signup: '10000000/m/ip',
    token_refresh: '10000000/m/ip',
  }),
}

/** As it is by default, but for hashes as cheap as can be. */
export const WITH_LIMITS = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  PASSWORD_PBKDF2_CALLS: '1',
  PASSWORD_PBKDF2_ITERATIONS: String(ITERATIONS),
}

/** As a deployment is: its limits, and hashes that cost what they should. */
export const AS_DEPLOYED = {
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  ACCOUNT_EMAIL_VERIFICATION: 'none',
}

async function builtService(): Promise<Subject> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-bench-'))
  try {
    const files = await buildBundle(directory)
    const types = { '.js': 'ESModule', '.wasm': 'CompiledWasm', '.bin': 'Data' } as const
    const modules = Object.entries(types).flatMap(([extension, type]) =>
      files
        .filter(({ name }) => name.endsWith(extension))
        .map(({ name, bytes }): Module => ({ type, path: name, contents: bytes })),
    )
    const scripts = files.filter(({ name }) => name.endsWith('.js'))
    const scriptGzipBytes = scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)
    const eager = eagerGzipBytes(files)
    const settings = SERVICE_SETTINGS
    return { name: 'service', settings, modules, eagerGzipBytes: eager, scriptGzipBytes }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function bundled(name: string, entry: string): Promise<Subject> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    nodePaths: [fileURLToPath(new URL('../node_modules', import.meta.url))],
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const modules: readonly Module[] = [{ type: 'ESModule', path: `${name}.js`, contents }]
  const bytes = gzipSync(contents, { level: 9 }).length
  return { name, settings: {}, modules, eagerGzipBytes: bytes, scriptGzipBytes: bytes }
}

/** The tables that better-auth wants. */
export function betterAuthSchema(): string {
  return readFileSync(join(BETTER_AUTH, 'schema.sql'), 'utf8')
}
