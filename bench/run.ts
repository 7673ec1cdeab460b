/**
 * `npm run bench`: the service against the floor, and against better-auth where that is installed, on one
 * machine in one run. Subjects take turns in short rounds, so that what else the machine does meets all of
 * them; ratios mean something, milliseconds less. Linux only: CPU is read from /proc.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Miniflare } from 'miniflare'
import { kibibytes } from '../src/tools/bundle.ts'
import { measureColdStart } from './cold-start.ts'
import { startFarDatabase, type FarDatabase } from './database.ts'
import { reportLoad } from './loads.ts'
import { quantile, timeEach, workerdPids } from './measure.ts'
import {
  firstLogin,
  logIn,
  OPERATIONS,
  newRunning,
  publicUrl,
  signUp,
  type Operation,
  type Running,
} from './operations.ts'
import { reportProductionCost } from './production-cost.ts'
import { freePort, table, tablesSoFar } from './report.ts'
import { reportStatements } from './statements.ts'
import { ALL_ON, betterAuthSchema, buildSubjects, startWorker, type Subject } from './subjects.ts'
import { milliseconds, push, takeTurns, withRatio, type Started } from './turns.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    requests: { type: 'string', default: '25' },
    // So many logins at once at the default hash cost; 0: none.
    logins: { type: 'string', default: '256' },
    json: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const requests = Number(options.requests)

const FAR_MS = 30
const DELAYS_MS = [0, FAR_MS]
const AT_ONCE = [16, 64, 256]

const subjects = await buildSubjects()
const database = await startFarDatabase()
await database.sqld.client.executeMultiple(betterAuthSchema())
const workers: Miniflare[] = []
try {
  reportSizes()
  const started: Started[] = []
  for (const subject of orderedForAccounts()) started.push(await start(subject))
  started.sort((a, b) => subjects.indexOf(a.subject) - subjects.indexOf(b.subject))
  await reportColdStarts()
  await reportRoundTrips(started)
  for (const delayMs of DELAYS_MS) await reportLatency(started, delayMs)
  for (const atOnce of AT_ONCE) await reportLoad(started, { rounds, requests, atOnce })
  await reportStatements(subjects, database)
  const [floor, service] = subjects
  const logins = Number(options.logins)
  if (logins > 0 && floor !== undefined && service !== undefined) {
    await reportProductionCost({ floor, service }, database.url, logins)
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, JSON.stringify({ options, tables: tablesSoFar() }, null, 1))
  }
} finally {
  for (const worker of workers) await worker.dispose()
  await database.stop()
}

/** The floor logs in to the account that the service made. */
function orderedForAccounts(): readonly Subject[] {
  return [...subjects].sort((a, b) => Number(a.name === 'floor') - Number(b.name === 'floor'))
}

async function start(subject: Subject): Promise<Started> {
  const known = workerdPids()
  const port = await freePort()
  const worker = startWorker(subject, database.url, port)
  workers.push(worker)
  await worker.ready
  const pid = workerdPids().find((one) => !known.includes(one))
  if (pid === undefined) throw new Error('workerd did not start')
  const running = newRunning(subject.name, publicUrl(port))
  await signUp(running)
  await logIn(running)
  return { subject, running, pid }
}

function reportSizes(): void {
  const sizes = subjects.map(({ name, eagerGzipBytes, scriptGzipBytes }) => [
    name,
    kibibytes(eagerGzipBytes),
    kibibytes(scriptGzipBytes),
  ])
  table('Scripts, gzip', ['', 'at a cold start', 'in all'], sizes)
}

/** What starting costs: from nothing to an answer, one more isolate, and that with a login as what it does first. */
async function reportColdStarts(): Promise<void> {
  const whole = new Map<string, number[]>()
  const each = new Map<string, number[]>()
  const login = new Map<string, number[]>()
  const measured = subjects.flatMap((one) =>
    one.name === 'service' ? [one, { ...one, name: 'all switched on', settings: ALL_ON }] : [one],
  )
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of measured) {
      database.delayMs = 0
      const idle = await measureColdStart(subject, database.url, (origin) =>
        fetch(`${origin}/nothing`),
      )
      push(whole, subject.name, idle.process)
      push(each, subject.name, idle.isolate)
      database.delayMs = FAR_MS
      const used = await measureColdStart(subject, database.url, (origin) =>
        firstLogin(subject.name, origin),
      )
      push(login, subject.name, used.isolate)
    }
  }
  const first = `a login, ${FAR_MS} ms away`
  table(
    'Cold start, to the first answer',
    ['', 'from nothing', 'to floor', 'one more isolate', 'to floor', first, 'to floor'],
    measured.map(({ name }) => [
      name,
      ...[whole, each, login].flatMap((values) => withRatio(values, name, milliseconds)),
    ]),
  )
}

/** Calls of the database, those included that the answer does not wait for. */
async function reportRoundTrips(started: readonly Started[]): Promise<void> {
  const rows: string[][] = []
  for (const operation of OPERATIONS) {
    const row = [operation.name]
    for (const { running } of started) row.push(await roundTripsOf(operation, running, database))
    rows.push(row)
  }
  table('Database calls', ['', ...started.map(({ running }) => running.name)], rows)
}

async function roundTripsOf(
  operation: Operation,
  running: Running,
  far: FarDatabase,
): Promise<string> {
  const send = operation.send(running)
  if (send === undefined) return '–'
  await timeEach(send, 1)
  const before = far.calls
  await timeEach(send, 5)
  // What is deferred may end after the answer.
  await new Promise((resolve) => setTimeout(resolve, 200))
  return String((far.calls - before) / 5)
}

async function reportLatency(started: readonly Started[], delayMs: number): Promise<void> {
  database.delayMs = delayMs
  const rows: string[][] = []
  for (const operation of OPERATIONS) {
    const times = new Map<string, number[]>()
    await takeTurns(started, { operation, rounds, requests }, async (send, { running }) => {
      for (const time of await timeEach(send, requests)) push(times, running.name, time)
    })
    for (const { running } of started.filter(({ running: { name } }) => times.has(name))) {
      const measured = times.get(running.name) ?? []
      const [middle, ratio] = withRatio(times, running.name, milliseconds)
      const late = milliseconds(quantile(measured, 0.95))
      rows.push([operation.name, running.name, middle, late, ratio])
    }
  }
  const title = `Latency, one at a time, the database ${delayMs} ms away`
  table(title, ['', '', 'median', '95 %', 'to floor'], rows)
}
