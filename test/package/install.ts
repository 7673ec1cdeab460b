import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Frameworks that the guard is tested with; what a project brings along itself. */
const FRAMEWORKS = ['hono@4', 'express@5', 'fastify@5']

/**
 * Packs the three packages as a release does, in a clean copy of the repository, makes a project in an empty folder with
 * the packed `create-rest-auth-edge`, and installs the packed `rest-auth-edge` into it. Once for all files of
 * `test/package`.
 */
export default async function setup(context: TestProject): Promise<() => void> {
  const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-package-'))
  const checkout = cleanCopy(join(place, 'checkout'))
  const packed = join(place, 'packed')
  mkdirSync(packed)
  const pack = async (...from: readonly string[]): Promise<void> => {
    await run('npm', ['pack', ...from, '--pack-destination', packed, '--silent'], quiet(checkout))
  }
  // What it needs it builds itself; the other two come of the same build.
  await pack()
  await run('npm', ['run', 'build:client'], quiet(checkout))
  await pack('./dist/create-package', './dist/client')
  const tarballs = readdirSync(packed).map((name) => join(packed, name))
  const tarballOf = (name: string): string =>
    tarballs.find((path) => new RegExp(`/${name}-\\d[^/]*$`).test(path)) ?? ''

  const tool = join(place, 'tool')
  mkdirSync(tool)
  await run(
    'npm',
    ['install', ...OPTIONS, '--prefix', tool, tarballOf('create-rest-auth-edge')],
    quiet(tool),
  )
  const empty = join(place, 'work')
  mkdirSync(empty)
  const create = join(tool, 'node_modules/.bin/create-rest-auth-edge')
  const { stdout } = await run(create, ['my-auth'], { cwd: empty })
  const project = join(empty, 'my-auth')

  const startedMs = performance.now()
  const tarball = tarballOf('rest-auth-edge')
  await run('npm', ['install', ...OPTIONS, tarball, ...FRAMEWORKS], quiet(project))
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`npm install of a new project: ${seconds} s`)

  context.provide('projectDirectory', project)
  context.provide('creation', stdout)
  context.provide('tarball', tarball)
  context.provide('clientTarball', tarballOf('rest-auth-edge-client'))
  context.provide('checkout', checkout)
  return () => {
    rmSync(place, { recursive: true, force: true })
  }
}

/** What git has of this checkout, with what has been changed here, and nothing that was ever built. */
function cleanCopy(to: string): string {
  const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const names = execFileSync('git', git, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  for (const name of names) {
    if (name !== '' && existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(to, name))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'))
  return to
}

const OPTIONS = ['--prefer-offline', '--no-audit', '--no-fund', '--silent']

/** npm, away from the checkout's own settings, which `npm test` hands on. */
function quiet(cwd: string) {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  return { cwd, env: Object.fromEntries(own) }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** A project that `npm create rest-auth-edge` has made, with everything installed. */
    readonly projectDirectory: string
    /** What the command printed. */
    readonly creation: string
    /** The archive that npm would publish. */
    readonly tarball: string
    /** The one without the service. */
    readonly clientTarball: string
    /** The copy of the repository that they were packed in. */
    readonly checkout: string
  }
}
