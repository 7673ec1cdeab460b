import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What Node alone loads, it loads as the operator's tools do. */
const MODULES = new URL('../src/manage/register-wasm.mjs', import.meta.url).href

/** Tests of what is deployed: the built bundle inside workerd. */
const WORKER_TESTS = 'test/worker/**/*.test.ts'

/** Tests of what is published: packed, and installed from npm into a project that it has made. */
const PACKAGE_TESTS = 'test/package/**/*.test.ts'

/** Says how much is borne at once, so nothing else runs meanwhile. */
const LOAD_TESTS = ['test/worker/load.test.ts']

/** Looks at what an import does for the first time. */
const ALONE_TESTS = ['test/security/linear/regexps.test.ts']

/** Files that take longest: begun last, they would keep one core waiting for the other. */
const LONGEST = [
  'worker/logins-at-once',
  'worker/dev',
  'worker/passwords',
  'faults/matrix',
  'security/enumeration',
  'cli/deploy',
  'fuzz/requests',
  'bugs/run',
  'manage/way-back',
  'races/exactly-one',
  'races/invitations-grants',
  'faults/single-use',
  'races/stale-callers',
  'manage/export-django',
  'manage/import-killed',
  'manage/django-authentication',
  'core/guarded-accounts',
  'manage/failures',
  'security/linear/fields',
  'races/taken-addresses',
  'core/operator/search-plans',
  'conformance/run',
  'db/query-plans',
  'security/every-route',
  'core/guarded-factors',
  'surfaces/rest-auth/emails',
  'core/mail/drain',
  'db/refusals',
  'manage/import-fixtures',
].map((name) => `/test/${name}.test.ts`)

/** Files of a project that shares nothing come first: each between others would end a process that shares. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId, project }: TestSpecification): number => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(name))
      const rank = index < 0 ? LONGEST.length : index
      return project.config.isolate ? rank - LONGEST.length - 1 : rank
    }
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

export default defineConfig({
  test: {
    allowOnly: false,
    // What the Worker logs is worth reading where a test fails.
    silent: 'passed-only',
    // One more than cores: files wait for their databases, for deadlines and for programs that they start.
    maxWorkers: availableParallelism() + 1,
    // Node loads them by itself: it strips types in a tenth of the time, and nothing here is mocked or transformed.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // node:sqlite, which the import from Django reads.
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', MODULES],
    testTimeout: 20_000,
    // Other files run at the same time: what is waited for may take longer than a second.
    expect: { poll: { timeout: 10_000 } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [WORKER_TESTS, PACKAGE_TESTS, ...ALONE_TESTS],
          // Files share what they import, and a database server: reading the service and starting the server anew for
          // each of them took a third of the time. What a file needs of its own it makes itself.
          isolate: false,
          setupFiles: ['test/support/each-file.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE_TESTS },
      },
      {
        extends: true,
        test: {
          name: 'worker',
          include: [WORKER_TESTS],
          exclude: LOAD_TESTS,
          globalSetup: 'test/worker/build-bundle.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'load',
          include: LOAD_TESTS,
          globalSetup: 'test/worker/build-bundle.ts',
          sequence: { groupOrder: 1 },
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: [PACKAGE_TESTS],
          globalSetup: 'test/package/install.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
