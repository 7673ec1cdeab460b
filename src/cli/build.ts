import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import { CommandError, EXIT, type ExitCode, type Io } from '../manage/command.ts'
import { readWranglerConfig } from '../manage/wrangler-config.ts'
import { loadEsbuild } from './esbuild.ts'
import { workerSource } from './worker-source.ts'

/** Where wrangler takes the Worker from (`main` in wrangler.toml). */
const DIRECTORY = '.worker'

/** How every Worker is bundled, our own too: what is imported late stays a script of its own. */
export const WORKER_OPTIONS = {
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2024',
  platform: 'neutral',
  mainFields: ['browser', 'module', 'main'],
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*', 'cloudflare:*'],
  loader: { '.wasm': 'copy', '.bin': 'copy' },
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions

/**
 * `rest-auth-edge build [FILE]`: bundles a project's Worker into `.worker/`. wrangler's own bundling makes one script
 * of everything; here, what few requests need stays a script of its own, which no cold start reads.
 */
export async function runBuild(args: readonly string[], io: Io): Promise<ExitCode> {
  const [source = workerSource(readWranglerConfig(io.directory))] = args
  if (source === undefined) throw new CommandError('Which file? rest-auth-edge build src/index.ts')
  const esbuild = await loadEsbuild(io.directory)
  const outdir = join(io.directory, DIRECTORY)
  await rm(outdir, { recursive: true, force: true })
  try {
    await esbuild.build({
      absWorkingDir: io.directory,
      entryPoints: { index: source },
      outdir,
      ...WORKER_OPTIONS,
    })
  } catch {
    // esbuild has already reported the errors.
    return EXIT.failed
  }
  return EXIT.done
}
