/**
 * `rest-auth-edge init`: adds the service to a project, new or existing. Files that exist are completed where that
 * is safe, and never overwritten.
 */
import { mkdirSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT, UsageError, type ExitCode, type Io } from '../manage/command.ts'
import { packageVersion } from '../manage/package-root.ts'
import { readWranglerConfig, wranglerConfigName } from '../manage/wrangler-config.ts'
import { platform } from '../platform.ts'
import {
  addLines,
  addVariables,
  completePackageJson,
  writeProjectFile,
  type ProjectWriter,
  type Written,
} from './init/files.ts'
import { newSecrets } from './init/secrets.ts'
import {
  bindingsToml,
  IGNORED,
  NPMRC,
  partFile,
  readmeFile,
  SCRIPTS,
  TSCONFIG,
  VERSIONS,
  workerFile,
  wranglerToml,
  type ProjectName,
} from './init/templates.ts'
import { workerSource } from './worker-source.ts'
import { strip } from '../strip.ts'

/** The help of `init`. */
export const INIT_USAGE = `rest-auth-edge init [DIRECTORY] [--name NAME] [--force]
npm create rest-auth-edge@latest DIRECTORY

Makes a project of a few files. Where wrangler has a project already, adds the service to it, and says what your own
code must add. Files that are there are kept; --force writes over them, but for package.json and .dev.vars, which are
only added to.
`

/** Makes a project, or adds the service to one. */
export function runInit(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { name: { type: 'string' }, force: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (positionals.length > 1) throw new UsageError('One DIRECTORY at a time.')
  const directory = resolve(io.directory, positionals[0] ?? '.')
  mkdirSync(directory, { recursive: true })
  const writer = { directory, isForced: values.force }
  const project = { name: nameOf(values.name, directory), rateLimiterId: randomId() }
  if (isOwnProject(directory)) makeProject(writer, project, io)
  else addToProject(writer, project, io)
  return Promise.resolve(EXIT.done)
}

/** Whether there is no Worker yet, or one that we have made. */
function isOwnProject(directory: string): boolean {
  if (wranglerConfigName(directory) === undefined) return true
  return readWranglerConfig(directory)['main'] === '.worker/index.js'
}

/** Writes a new project. */
function makeProject(writer: ProjectWriter, project: ProjectName, io: Io): void {
  const start = { name: project.name, private: true, type: 'module' }
  const written = [
    completePackageJson(writer, start, needs()),
    writeProjectFile(writer, 'wrangler.toml', wranglerToml(project)),
    writeProjectFile(writer, 'src/index.ts', workerFile(project)),
    writeProjectFile(writer, 'tsconfig.json', TSCONFIG),
    writeProjectFile(writer, 'README.md', readmeFile(project)),
    writeProjectFile(writer, '.npmrc', NPMRC),
    addVariables(writer, '.dev.vars', newSecrets()),
    addLines(writer, '.gitignore', IGNORED),
  ]
  report(written, io)
  io.out(`\nNow:\n\n${enter(writer, io)}  npm install\n  npm run dev\n`)
}

/** Adds the service to a project that has code. */
function addToProject(writer: ProjectWriter, project: ProjectName, io: Io): void {
  const source = workerSource(readWranglerConfig(writer.directory)) ?? 'src/index.ts'
  const extension = /\.[mc]?jsx?$/.test(source) ? 'js' : 'ts'
  const file = join(dirname(source), `auth.${extension}`)
  const scripts = completePackageJson(writer, { private: true, type: 'module' }, needs())
  const written = [
    scripts,
    writeProjectFile(writer, file, partFile(project)),
    addVariables(writer, '.dev.vars', newSecrets()),
    addLines(writer, '.gitignore', IGNORED),
  ]
  report(written, io)
  const config = wranglerConfigName(writer.directory) ?? ''
  const toml = config.endsWith('.toml') ? bindingsToml(project) : bindingsJson(project)
  io.out(`\nAdd to ${source} (with Hono; anything else: docs/add-to-a-worker.md):\n\n${CODE}`)
  io.out(`\nAdd to ${config}:\n\n${indented(toml)}`)
  const dev = scripts.keptScripts.includes('dev') ? 'npx rest-auth-edge dev' : 'npm run dev'
  io.out(`\nNow:\n\n${enter(writer, io)}  npm install --ignore-scripts\n  ${dev}\n`)
}

const CODE = indented(`import { auth } from "./auth"
app.route('/', auth.app)
export default { fetch: app.fetch, scheduled: auth.scheduled }
`)

function bindingsJson({ rateLimiterId }: ProjectName): string {
  const limiter = {
    name: 'RATE_LIMITER',
    namespace_id: String(rateLimiterId),
    simple: { limit: 600, period: 60 },
  }
  return `"triggers": { "crons": ["* * * * *"] },\n"ratelimits": [${JSON.stringify(limiter)}]\n`
}

function needs() {
  return {
    scripts: SCRIPTS,
    dependencies: { 'rest-auth-edge': `^${packageVersion()}` },
    devDependencies: VERSIONS,
  }
}

function report(written: readonly Written[], io: Io): void {
  for (const { file, outcome } of written) {
    io.out(`${outcome.padEnd(8)} ${file}${outcome === 'kept' ? ' (it was there)' : ''}\n`)
  }
}

function enter({ directory }: ProjectWriter, io: Io): string {
  const path = relative(io.directory, directory)
  return path === '' ? '' : `  cd ${path}\n`
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}

/** What Cloudflare takes as the name of a Worker, and npm as that of a package. */
function nameOf(given: string | undefined, directory: string): string {
  const isName = (name: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
  if (given !== undefined && !isName(given)) {
    throw new UsageError('A name has lower-case letters, digits and dashes, 63 at most.')
  }
  const own = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const trimmed = strip(own.slice(0, 63), (character) => character === '-')
  return given ?? (isName(trimmed) ? trimmed : 'auth')
}

/** Counters of one id are shared by all Workers of an account. */
function randomId(): number {
  const bytes = platform.randomBytes(4)
  return 10_000 + (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % 1_000_000_000)
}
