import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
 * Builds and packs both packages, makes a project in an empty folder with the packed `create-rest-auth-edge`, and
 * installs the packed `rest-auth-edge` into it. Once for all files of `test/package`.
 */
export default async function setup(context: TestProject): Promise<() => void> {
  const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-package-'))
  const built = join(place, 'built')
  const creator = join(place, 'creator')
  const flags = ['--disable-warning=ExperimentalWarning']
  const builder = join(ROOT, 'src/tools/build-package.ts')
  await run(process.execPath, [...flags, builder, built, creator])
  const packed = join(place, 'packed')
  mkdirSync(packed)
  await run('npm', ['pack', built, creator, '--pack-destination', packed, '--silent'], quiet(place))
  const [createTarball = '', tarball = ''] = readdirSync(packed).toSorted()

  const tool = join(place, 'tool')
  mkdirSync(tool)
  await run(
    'npm',
    ['install', ...OPTIONS, '--prefix', tool, join(packed, createTarball)],
    quiet(tool),
  )
  const empty = join(place, 'work')
  mkdirSync(empty)
  const create = join(tool, 'node_modules/.bin/create-rest-auth-edge')
  const { stdout } = await run(create, ['my-auth'], { cwd: empty })
  const project = join(empty, 'my-auth')

  const startedMs = performance.now()
  await run('npm', ['install', ...OPTIONS, join(packed, tarball), ...FRAMEWORKS], quiet(project))
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  console.log(`npm install of a new project: ${seconds} s`)

  context.provide('projectDirectory', project)
  context.provide('creation', stdout)
  context.provide('tarball', join(packed, tarball))
  return () => {
    rmSync(place, { recursive: true, force: true })
  }
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
  }
}
