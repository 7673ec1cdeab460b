import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Job, Outcome, Report } from './change.ts'
import { SUBJECTS, STATEMENTS } from './subjects.ts'

const USAGE = `Changes a part of the core, one place at a time, and runs its tests on each change.

  npm run mutate -- SUBJECT [--file GLOB]… [--tests GLOB]…
  npm run mutate -- statements [--table NAME]… [--tests GLOB]…

  SUBJECT      ${Object.keys(SUBJECTS).join(', ')}
  statements   takes one condition out of each statement that the tests let write
  --file       only these files of it
  --table      only statements that write these tables
  --tests      these tests instead of the subject's`

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** So much must be noticed. */
const WANTED_PERCENT = 95

/** No test that is run again takes so long: the change has stopped everything. */
const SILENCE_MS = 180_000

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', multiple: true },
    tests: { type: 'string', multiple: true },
    table: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
})

const [name = ''] = positionals
const subject = name === 'statements' ? STATEMENTS : SUBJECTS[name]
if (subject === undefined || options.help) {
  console.log(USAGE)
  process.exitCode = options.help ? 0 : 2
} else {
  const mutate = subject === STATEMENTS ? 'statements' : (options.file ?? SUBJECTS[name]?.mutate)
  const outcomes = await tryAll(mutate ?? [], options.tests ?? subject.tests)
  process.exitCode = print(outcomes) >= WANTED_PERCENT ? 0 : 1
}

/** Tries every change, by one process after the other: some changes end the process that tries them. */
async function tryAll(
  mutate: Job['mutate'],
  tests: readonly string[],
): Promise<readonly Outcome[]> {
  const tables = options.table ?? []
  const outcomes: Outcome[] = []
  let unfit: readonly string[] | undefined
  for (;;) {
    const tried = outcomes.map(({ key }) => key)
    const job: Job = { mutate, tests, tables, tried, ...(unfit === undefined ? {} : { unfit }) }
    const before = outcomes.length
    const { isDone, pending, failed } = await runWorker(job, outcomes)
    unfit = failed
    if (isDone) return outcomes
    // The process, or its patience, ended while this one was on.
    if (pending !== undefined) outcomes.push({ ...pending, kind: 'tried', isNoticed: true })
    if (outcomes.length === before) throw new Error('The tests do not run; see above.')
  }
}

type Ended = {
  readonly isDone: boolean
  readonly pending: Extract<Report, { kind: 'begun' }> | undefined
  /** Tests that fail when they run again. */
  readonly failed: readonly string[]
}

async function runWorker(job: Job, outcomes: Outcome[]): Promise<Ended> {
  const worker = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import',
      './src/manage/register-wasm.mjs',
      'test/mutation/worker.ts',
    ],
    {
      cwd: ROOT,
      env: { ...process.env, MUTATION_JOB: JSON.stringify(job) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let pending: Ended['pending']
  let isDone = false
  const failed: string[] = []
  let silence: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: worker.stdout })) {
    clearTimeout(silence)
    const report = JSON.parse(line) as Report // the worker's own
    pending = report.kind === 'begun' ? report : undefined
    if (report.kind === 'tried') outcomes.push(report)
    isDone ||= report.kind === 'done'
    if (report.kind === 'unfit') failed.push(report.test)
    if (report.kind === 'unfit' && job.unfit === undefined) {
      console.log(`left out, fails when it runs again: ${report.test} (${report.why})`)
    }
    if (report.kind === 'ready') console.log(`${report.changes} changes, ${report.tests} tests`)
    if (report.kind === 'tried' && !report.isNoticed) console.log(`${report.place} ${report.text}`)
    silence = setTimeout(() => worker.kill('SIGKILL'), SILENCE_MS)
  }
  clearTimeout(silence)
  return { isDone, pending, failed }
}

/** Prints the scores; answers how many percent of all changes were noticed. */
function print(outcomes: readonly Outcome[]): number {
  for (const [place, ofPlace = []] of Object.entries(Object.groupBy(outcomes, (it) => it.place))) {
    console.log(`${place}: ${scoreOf(ofPlace).text}`)
  }
  const { percent, text } = scoreOf(outcomes)
  console.log(`${name}: ${text}`)
  return percent
}

function scoreOf(outcomes: readonly Outcome[]): { percent: number; text: string } {
  const noticed = outcomes.filter(({ isNoticed }) => isNoticed).length
  const percent = (100 * noticed) / Math.max(1, outcomes.length)
  const missed = outcomes.length - noticed
  return { percent, text: `${noticed} noticed, ${missed} not: ${percent.toFixed(1)} %` }
}
