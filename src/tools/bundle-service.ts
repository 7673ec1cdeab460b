/**
 * Bundles the service, as a Worker or for the package. Bundled here, and not by wrangler, because only so what
 * not every request needs becomes scripts of its own. workerd compiles a script when it is first imported.
 *
 * What is loaded late is a file `NAME.chunk.ts` that exports it, with static imports inside. It has one `import()`, in
 * `lazily(() => import('./NAME.chunk.ts'))`; nothing else need be declared for it.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle, type Plugin } from 'esbuild'
import { WORKER_OPTIONS } from '../cli/build.ts'
import { packedSettings } from './packed-settings.ts'
import { drizzleWithoutRelations } from './drizzle-plugin.ts'
import { resendWithoutInbound } from './resend-plugin.ts'
import { webauthnWithoutCertificates } from './webauthn-plugin.ts'

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url))
const HEAD_START = join(PROJECT_ROOT, 'src/surfaces/rest-auth/head-start.chunk.ts')
const ENDPOINTS = join(PROJECT_ROOT, 'src/surfaces/rest-auth/endpoints.chunk.ts')
const VISITS = join(PROJECT_ROOT, 'src/surfaces/rest-auth/visits.chunk.ts')
const SIGN_UP = join(PROJECT_ROOT, 'src/surfaces/rest-auth/sign-up.chunk.ts')
const NO_MEANING = join(PROJECT_ROOT, 'src/tools/no-meaning.ts')
const CHECK = join(PROJECT_ROOT, 'src/settings/check.chunk.ts')
const RARE_CHECKS = join(PROJECT_ROOT, 'src/settings/rare-checks.chunk.ts')
const TABLES = join(PROJECT_ROOT, 'src/settings/tables.chunk.ts')
const THROWN = join(PROJECT_ROOT, 'src/web/thrown.chunk.ts')
const TENANTS = join(PROJECT_ROOT, 'src/tenants.chunk.ts')

/** What settings mean, only the documentation says: their texts are a third of the tables. */
const withoutMeanings: Plugin = {
  name: 'without-meanings',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/meaning\.ts$/ }, () => ({ path: NO_MEANING }))
  },
}

/** What no bundle needs. */
export const LEFT_OUT = [
  withoutMeanings,
  webauthnWithoutCertificates,
  resendWithoutInbound,
  drizzleWithoutRelations,
]

/**
 * Every chunk imports what may be read before it, because esbuild makes one script of what a set of chunks shares: each
 * combination would be a script of its own. The entry comes first, for some with the tables or the rules of settings, then
 * the head start of a login, then the endpoints' chunk, which opens a request's dependencies. What surfaces share is mostly about accounts, and lies with
 * the endpoints of a visit and with sign-up.
 */
function chunksFollowTheirLoaders(entry: string): Plugin {
  return {
    name: 'chunks-follow-their-loaders',
    setup: (build) => {
      // Nothing of them is named, so package.json's `sideEffects` would leave them out.
      build.onResolve({ filter: /^\// }, ({ path }) =>
        [entry, CHECK, HEAD_START, ENDPOINTS, VISITS, SIGN_UP].includes(path)
          ? { path, sideEffects: true }
          : undefined,
      )
      build.onLoad({ filter: /\.chunk\.ts$/ }, async ({ path }) => {
        const imports = readBefore(path, entry).map((one) => `import ${JSON.stringify(one)}`)
        const source = await readFile(path, 'utf8')
        return { contents: [source, ...imports].join('\n'), loader: 'ts' }
      })
    },
  }
}

/** What a chunk may take for read. */
function readBefore(chunk: string, entry: string): readonly string[] {
  if ([CHECK, TABLES, TENANTS, THROWN, HEAD_START].includes(chunk)) return [entry]
  if (chunk === ENDPOINTS) return [entry, HEAD_START]
  if (chunk === RARE_CHECKS) return [entry, CHECK]
  if (chunk === SIGN_UP) return [entry, ENDPOINTS, VISITS]
  const isOfSurface = chunk.includes('/surfaces/') && chunk !== VISITS
  return isOfSurface ? [entry, ENDPOINTS, VISITS, SIGN_UP] : [entry, ENDPOINTS]
}

/** Bundles an entry of the service, and what it reads late, into a directory. */
export async function bundleService(entry: string, directory: string): Promise<void> {
  const path = join(PROJECT_ROOT, entry)
  await rm(directory, { recursive: true, force: true })
  await bundle({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: { index: path },
    outdir: directory,
    ...WORKER_OPTIONS,
    alias: { crypto: 'node:crypto' },
    plugins: [chunksFollowTheirLoaders(path), packedSettings, ...LEFT_OUT],
  })
}
