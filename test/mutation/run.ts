import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { SUBJECTS } from './subjects.ts'

const USAGE = `Changes a part of the core, one place at a time, and runs its tests on each change.

  npm run mutate -- SUBJECT [--file GLOB]… [--tests GLOB]… [--concurrency N]

  SUBJECT   ${Object.keys(SUBJECTS).join(', ')}
  --file    only these files of it, lines too: src/core/limits/known-device.ts:20-40
  --tests   only these of its tests: those of the core are the fastest`

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** So much must be noticed. */
const WANTED_PERCENT = 95

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', multiple: true },
    tests: { type: 'string', multiple: true },
    concurrency: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

const [name = ''] = positionals
const subject = SUBJECTS[name]
if (subject === undefined || options.help) {
  console.log(USAGE)
  process.exitCode = options.help ? 0 : 2
} else {
  process.exitCode = await mutate(options.file ?? subject.mutate, options.tests ?? subject.tests)
}

/** Answers the exit code: 1 where too many changes went unnoticed. */
async function mutate(mutated: readonly string[], tests: readonly string[]): Promise<number> {
  process.env['MUTATION_TESTS'] = JSON.stringify(tests)
  process.chdir(ROOT)
  const stryker = new Stryker({
    mutate: [...mutated],
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    concurrency: Number(options.concurrency),
    // Texts for people, and the constants of a module, are judged by reading.
    ignoreStatic: true,
    reporters: ['clear-text'],
    clearTextReporter: { logTests: false, reportScoreTable: false, allowColor: false },
    ignorePatterns: ['examples', '.data', '.worker', 'dist', 'test/browser/artefacts'],
    tempDirName: '.stryker-tmp',
    // Stryker finds none where they are a link themselves, as in a worktree of git.
    symlinkNodeModules: false,
    buildCommand: `ln -sfn ${join(ROOT, 'node_modules')} node_modules`,
    timeoutMS: 10_000,
    allowConsoleColors: false,
    disableTypeChecks: true,
    // TypeScript 7 has no API that could read it, and nothing here needs it.
    tsconfigFile: 'none',
  })
  const results = await stryker.runMutationTest()
  const files = Object.entries(Object.groupBy(results, ({ fileName }) => fileName))
  for (const [file, ofFile = []] of files) {
    console.log(`${relative(ROOT, file)}: ${scoreOf(ofFile).text}`)
  }
  const { percent, text } = scoreOf(results)
  console.log(`${name}: ${text}`)
  return percent >= WANTED_PERCENT ? 0 : 1
}

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number]

/** Of the changes that some test could notice, how many were. */
function scoreOf(results: readonly MutantResult[]): { percent: number; text: string } {
  const noticed = results.filter(({ status }) => status === 'Killed' || status === 'Timeout').length
  const missed = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const percent = (100 * noticed) / Math.max(1, noticed + missed.length)
  return { percent, text: `${noticed} noticed, ${missed.length} not: ${percent.toFixed(1)} %` }
}
