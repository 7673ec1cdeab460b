/** The process that tries changes: `run.ts` starts it, reads what it writes, and starts another where it ends early. */
import { globSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Change, Job, Report } from './change.ts'
import { instrument } from './code-changes.ts'
import { createRepeater, runAllOnce, runAllTwice } from './repeat.ts'
import { collect, tests, type Test } from './stand-in.ts'
import { watchStatements } from './statement-changes.ts'

const job = JSON.parse(process.env['MUTATION_JOB'] ?? '{}') as Job // what run.ts has written

/** Services talk, and so would what tests print. */
const write = process.stdout.write.bind(process.stdout)
const report = (line: Report): void => {
  write(`${JSON.stringify(line)}\n`)
}
process.stdout.write = () => true

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'vitest') return next(specifier, context)
    return { url: new URL('stand-in.ts', import.meta.url).href, shortCircuit: true }
  },
  load(url, context, next) {
    if (!url.endsWith('.json')) return next(url, context)
    return {
      format: 'module',
      source: moduleOf(readFileSync(new URL(url), 'utf8')),
      shortCircuit: true,
    }
  },
})
const watched =
  job.mutate === 'statements' ? watchStatements(job.tables) : await instrument(filesOf(job.mutate))
await import('../support/each-file.ts')
for (const file of filesOf(job.tests)) {
  await collect(file, () => import(pathToFileURL(file).href))
}

// From here on: what a changed program forgets to wait for is not the end of this one.
process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
const repeater = createRepeater()
const runAll = job.unfit === undefined ? runAllTwice : runAllOnce
const { times, faults } = await runAll(repeater, watched.during)
for (const test of tests) if (job.unfit?.includes(nameOf(test)) === true) times.delete(test)
for (const test of tests) {
  if (times.has(test)) continue
  report({ kind: 'unfit', test: nameOf(test), why: firstLineOf(faults.get(test)) })
}
const changes = watched.changes()
report({ kind: 'ready', tests: times.size, changes: changes.length })

/** How many changes a test has noticed: it is asked earlier then. */
const noticed = new Map<Test, number>()
for (const change of changes) if (!job.tried.includes(change.key)) await attempt(change)
report({ kind: 'done' })
process.exit()

async function attempt(change: Change): Promise<void> {
  const { key, place, text } = change
  report({ kind: 'begun', key, place, text })
  const noticer = await findNoticer(change)
  report({ kind: 'tried', key, place, text, isNoticed: noticer !== undefined })
  if (noticer === undefined) return
  noticed.set(noticer, (noticed.get(noticer) ?? 0) + 1)
  // What the change has left in the memory of a module would be blamed on the next one.
  const fault = await repeater.run(noticer, 60_000)
  if (fault === undefined) return
  report({ kind: 'spoilt', by: nameOf(noticer) })
  process.exit()
}

/** The test that fails with the change. */
async function findNoticer(change: Change): Promise<Test | undefined> {
  const costOf = (test: Test): number => (times.get(test) ?? 0) / (1 + (noticed.get(test) ?? 0))
  const fit = change.tests.filter((test) => times.has(test))
  for (const test of fit.toSorted((a, b) => costOf(a) - costOf(b))) {
    change.switchTo(true)
    const fault = await repeater.run(test, Math.max(5_000, 20 * (times.get(test) ?? 0)))
    change.switchTo(false)
    if (fault !== undefined) return test
  }
  return undefined
}

/** JSON as Vitest loads it: its members have names. */
function moduleOf(json: string): string {
  const names = Object.keys(Object(JSON.parse(json))).filter((name) => /^[A-Za-z]\w*$/.test(name))
  return `const whole = ${json}\nexport default whole\nexport const { ${names.join(', ')} } = whole`
}

function filesOf(globs: readonly string[]): readonly string[] {
  return [...new Set(globs.flatMap((glob) => globSync(glob)))].map((path) => resolve(path))
}

function firstLineOf(fault: unknown): string {
  return fault instanceof Error ? (fault.message.split('\n')[0] ?? '') : typeof fault
}

function nameOf({ name, group }: Test): string {
  return `${group.name}: ${name}`
}
