/**
 * Reads `createRestAuth({ settings })` of a project, so that commands run under the settings of its Worker. The
 * project's code is bundled and imported, because settings may be computed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Io } from '../manage/command.ts'
import { readWranglerConfig, tableOf, type ConfigTable } from '../manage/wrangler-config.ts'
import { loadEsbuild, type EsbuildPlugin } from './esbuild.ts'
import { workerSource } from './worker-source.ts'

/** The replacement of a module while a Worker is read: no service is made, and nothing of workerd is there. */
const STAND_INS: Readonly<Record<string, string>> = {
  'rest-auth-edge': `
    const anything = new Proxy(function () {}, {
      get: (_, name) => (typeof name === 'symbol' ? undefined : anything),
      apply: () => anything,
      construct: () => ({}),
    })
    export let options
    export function createRestAuth(given = {}) { options = given; return anything }`,
  'cloudflare:workers': `
    export class WorkerEntrypoint {}
    export class DurableObject {}
    export class WorkflowEntrypoint {}
    export class RpcTarget {}
    export const env = {}
    export const exports = {}`,
}

const standIns: EsbuildPlugin = {
  name: 'stand-ins',
  setup: (build) => {
    build.onResolve({ filter: /^(?:rest-auth-edge|cloudflare:workers)$/ }, ({ path }) => ({
      path,
      namespace: 'stand-in',
    }))
    build.onLoad({ filter: /./, namespace: 'stand-in' }, ({ path }) => ({
      contents: STAND_INS[path],
      loader: 'js',
    }))
  },
}

/**
 * The settings that a project's Worker hands to `createRestAuth`: the Worker is loaded here, with a stand-in for the
 * service. Where that fails, it is reported, and only variables are known.
 */
export async function readSettingsInCode(io: Io): Promise<ConfigTable> {
  const source = workerSource(readWranglerConfig(io.directory))
  if (source === undefined || !/\.[mc]?[jt]sx?$/.test(source)) return {}
  try {
    return tableOf((await loadOptions(io.directory, source))['settings'])
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    io.say(`The settings in ${source} cannot be read here (${reason}): only variables count.\n`)
    return {}
  }
}

/** Bundles the project's code with stand-ins for what only Workers have, and imports it. */
async function loadOptions(directory: string, source: string): Promise<ConfigTable> {
  const esbuild = await loadEsbuild(directory)
  const { outputFiles = [] } = await esbuild.build({
    absWorkingDir: directory,
    stdin: {
      contents: `import ${JSON.stringify(`./${source}`)}\nexport { options } from 'rest-auth-edge'`,
      resolveDir: directory,
    },
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['workerd', 'worker'],
    loader: { '.wasm': 'empty', '.bin': 'empty', '.html': 'text', '.txt': 'text' },
    logLevel: 'silent',
    plugins: [standIns],
  })
  const place = mkdtempSync(join(tmpdir(), 'rest-auth-edge-'))
  try {
    const file = join(place, 'worker.mjs')
    writeFileSync(file, outputFiles[0]?.text ?? '')
    const loaded: unknown = await import(pathToFileURL(file).href)
    return tableOf(tableOf(loaded)['options'])
  } finally {
    rmSync(place, { recursive: true })
  }
}
