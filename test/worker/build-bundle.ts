import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildBundle } from '../../src/tools/bundle.ts'

/** Builds once for all files of `test/worker`, and only where one of them runs. */
export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-bundle-'))
  await buildBundle(directory)
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
