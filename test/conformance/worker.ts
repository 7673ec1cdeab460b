import { startSqld } from '../support/sqld.ts'
import { readCorpusFile } from './corpus.ts'
import { differences } from './differences.ts'
import { createEdgeWorld } from './edge-world.ts'
import { replayFile, type ScenarioReport } from './replay.ts'

/** What the main process asks for. */
export type Task = {
  readonly directory: string
  readonly file: string
  readonly filter: string
  readonly strict: boolean
}

/**
 * What it is told: that the worker is ready, how a scenario went, that the file is done and how many
 * answers were judged by `openapi.json` so far.
 */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'scenario'; readonly report: ScenarioReport }
  | { readonly kind: 'done'; readonly answersJudged: number }

/** Longer than any honest scenario; one that hangs must not stop the run. */
const SCENARIO_DEADLINE_MS = 30_000

const sqld = await startSqld()
const world = createEdgeWorld(sqld, process.argv.includes('--first') ? 'each new' : 'one')

process.on('message', (task: Task) => {
  void runTask(task)
})
process.on('disconnect', () => {
  void sqld.stop()
})
tell({ kind: 'ready' })

async function runTask({ directory, file, filter, strict }: Task): Promise<void> {
  const timer = { current: startTimer('the file') }
  try {
    const reports = replayFile(readCorpusFile(directory, file), world, {
      filter: file.includes(filter) ? '' : filter,
      differences,
      strict,
    })
    for await (const report of reports) {
      clearTimeout(timer.current)
      timer.current = startTimer(`what follows ${report.id}`)
      tell({ kind: 'scenario', report: { ...report, file } })
    }
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    tell({ kind: 'scenario', report: brokenFile(file, message) })
  }
  clearTimeout(timer.current)
  tell({ kind: 'done', answersJudged: world.answersJudged() })
}

function startTimer(what: string): NodeJS.Timeout {
  return setTimeout(() => {
    console.error(`conformance: ${what} takes longer than ${SCENARIO_DEADLINE_MS} ms`)
    process.exit(1)
  }, SCENARIO_DEADLINE_MS)
}

function brokenFile(file: string, message: string): ScenarioReport {
  const mismatch = { where: 'file', expected: 'readable', actual: message }
  const failure = { step: -1, what: 'read', mismatches: [mismatch], log: [] }
  return { file, id: file, failure, differences: [] }
}

function tell(message: WorkerMessage): void {
  process.send?.(message)
}
