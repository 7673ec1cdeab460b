import { fork, type ChildProcess } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { corpusFiles } from './corpus.ts'
import { unusedDifferences } from './difference.ts'
import { differences } from './differences.ts'
import type { ScenarioReport } from './replay.ts'
import { describeFailure, summarise } from './report.ts'
import type { Task, WorkerMessage } from './worker.ts'

const USAGE = `Replays the conformance corpus against the app.

  --filter TEXT   only files and scenarios whose name contains TEXT
  --first         each request is the first of its isolate, which gives logins a head start
  --bail          stop at the first failure
  --verbose       name every scenario, and show what the app logged in failing ones
  --json FILE     write the failures as JSON, too
  --workers N     processes, each with its own database server (default: one more than cores, at most 4)

CONFORMANCE_DIR names another directory of recordings.`

const OWN_CORPUS = fileURLToPath(new URL('../corpus', import.meta.url))

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    first: { type: 'boolean', default: false },
    bail: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    json: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(4, availableParallelism() + 1)) },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  console.log(USAGE)
} else {
  process.exitCode = await run()
}

/** Answers the exit code. */
async function run(): Promise<number> {
  const startedMs = performance.now()
  const directory = resolve(process.env['CONFORMANCE_DIR'] ?? OWN_CORPUS)
  const isWhole = directory === OWN_CORPUS && options.filter === ''
  const { reports, answersJudged } = await replayAll(directory, directory === OWN_CORPUS)
  if (isWhole && !options.bail) reports.push(...outdatedDifferences(reports))
  const failures = reports.filter(({ failure }) => failure !== undefined)
  for (const report of failures) console.log(describeFailure(report, options.verbose))
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(failures, null, 2))
  if (reports.length === 0) console.log(`nothing in ${directory} matches`)
  console.log(`${answersJudged} answers judged by openapi.json`)
  console.log(summarise(reports, performance.now() - startedMs))
  return failures.length === 0 && reports.length > 0 ? 0 : 1
}

type Replayed = { readonly reports: ScenarioReport[]; readonly answersJudged: number }

/** Hands the files out, the biggest first, to processes that ask for the next one when they are done. */
async function replayAll(directory: string, strict: boolean): Promise<Replayed> {
  const files = corpusFiles(directory)
    .map((file) => ({ file, size: statSync(join(directory, file)).size }))
    .sort((a, b) => b.size - a.size)
    .map(({ file }): Task => ({ directory, file, filter: options.filter, strict }))
  const reports: ScenarioReport[] = []
  const next = (): Task | undefined => (hasToStop(reports) ? undefined : files.shift())
  const record = (report: ScenarioReport): void => {
    if (hasToStop(reports)) return
    reports.push(report)
    showProgress(report, reports)
  }
  const length = Math.min(Math.max(1, Number(options.workers)), files.length)
  const workers = Array.from({ length }, () => runWorker(next, record))
  const judged = await Promise.all(workers)
  if (!options.verbose && process.stdout.isTTY) process.stdout.write('\r\u001B[K')
  return { reports, answersJudged: judged.reduce((sum, count) => sum + count, 0) }
}

function hasToStop(reports: readonly ScenarioReport[]): boolean {
  return options.bail && reports.some(({ failure }) => failure !== undefined)
}

/** Answers how many answers were judged. */
async function runWorker(
  next: () => Task | undefined,
  record: (report: ScenarioReport) => void,
): Promise<number> {
  const worker = fileURLToPath(new URL('worker.ts', import.meta.url))
  const child = fork(worker, options.first ? ['--first'] : [])
  let task: Task | undefined
  let answersJudged = 0
  const proceed = (): void => {
    task = next()
    if (task === undefined) child.disconnect()
    else child.send(task)
  }
  await new Promise<void>((settled) => {
    child.on('message', (message: WorkerMessage) => {
      if (message.kind !== 'scenario') {
        if (message.kind === 'done') answersJudged = message.answersJudged
        proceed()
        return
      }
      record(message.report)
      if (options.bail && message.report.failure !== undefined) child.kill()
    })
    child.on('exit', (code) => {
      if (task !== undefined && !child.killed) record(crashed(task, child, code))
      settled()
    })
  })
  return answersJudged
}

function crashed({ file }: Task, child: ChildProcess, code: number | null): ScenarioReport {
  const actual = `process ${child.pid} ended with ${code}`
  const mismatch = { where: 'process', expected: 'running', actual }
  return {
    id: file,
    failure: { step: -1, what: 'run', mismatches: [mismatch], log: [] },
    differences: [],
  }
}

function outdatedDifferences(reports: readonly ScenarioReport[]): ScenarioReport[] {
  const used = new Set(reports.flatMap((report) => report.differences))
  return unusedDifferences(differences, used).map((name) => ({
    id: `difference ${name}`,
    failure: {
      step: -1,
      what: 'test/conformance/differences.ts',
      mismatches: [{ where: 'entry', expected: 'needed by a scenario', actual: 'not needed' }],
      log: [],
    },
    differences: [],
  }))
}

function showProgress(report: ScenarioReport, reports: readonly ScenarioReport[]): void {
  if (options.verbose) {
    console.log(`${report.failure === undefined ? 'ok  ' : 'FAIL'} ${report.id}`)
  } else if (process.stdout.isTTY && reports.length % 20 === 0) {
    process.stdout.write(`\r${reports.length} scenarios`)
  }
}
