import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildBundle } from '../../src/tools/bundle.ts'

/** Where the bundle of this run is: several projects test it. */
const BUILT = 'REST_AUTH_EDGE_TEST_BUNDLE'

/** Builds once for all files of `test/worker`, and only where one of them runs. */
export default async function setup(project: TestProject): Promise<() => void> {
  const built = process.env[BUILT]
  if (built !== undefined) {
    project.provide('bundleDirectory', built)
    return () => undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-bundle-'))
  await buildBundle(directory)
  process.env[BUILT] = directory
  project.provide('bundleDirectory', directory)
  return () => {
    rmSync(directory, { recursive: true, force: true })
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly bundleDirectory: string
  }
}
