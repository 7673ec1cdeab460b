/**
 * `npm run bench`: the service against the floor, and against better-auth where that is installed, on one
 * machine in one run. Subjects take turns in short rounds, so that what else the machine does meets all of
 * them; ratios mean something, milliseconds less. Linux only: CPU is read from /proc.
 */
import { parseArgs } from 'node:util'
import type { Miniflare } from 'miniflare'
import { kibibytes } from '../src/tools/bundle.ts'
import { measureColdStart } from './cold-start.ts'
import { startFarDatabase, type FarDatabase } from './database.ts'
import { load, median, quantile, timeEach, workerdPids, type Load } from './measure.ts'
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
import { freePort, table } from './report.ts'
import { betterAuthSchema, buildSubjects, startWorker, type Subject } from './subjects.ts'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    requests: { type: 'string', default: '25' },
  },
})
const rounds = Number(options.rounds)
const requests = Number(options.requests)

const FAR_MS = 30
const DELAYS_MS = [0, FAR_MS]
const AT_ONCE = 16

type Started = { readonly subject: Subject; readonly running: Running; readonly pid: number }

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
  await reportLoad(started)
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
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
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
    subjects.map(({ name }) => [
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
    await takeTurns(started, operation, async (send, { running }) => {
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

async function reportLoad(started: readonly Started[]): Promise<void> {
  database.delayMs = 0
  const rows: string[][] = []
  for (const operation of OPERATIONS.filter(({ isRepeatable }) => isRepeatable)) {
    const rates = new Map<string, number[]>()
    const cpus = new Map<string, number[]>()
    const failures = new Map<string, number>()
    await takeTurns(started, operation, async (send, { running, pid }) => {
      const measured: Load = await load(send, { count: requests * 8, atOnce: AT_ONCE, pid })
      push(rates, running.name, measured.perSecond)
      push(cpus, running.name, measured.cpuMs)
      failures.set(running.name, (failures.get(running.name) ?? 0) + measured.failed)
    })
    for (const { running } of started.filter(({ running: { name } }) => rates.has(name))) {
      rows.push([
        operation.name,
        running.name,
        ...withRatio(rates, running.name, (value) => value.toFixed(0)),
        ...withRatio(cpus, running.name, milliseconds),
        String(failures.get(running.name)),
      ])
    }
  }
  const title = `${AT_ONCE} at a time, the database beside`
  const head = ['', '', 'requests/s', 'to floor', 'CPU a request', 'to floor', 'failed']
  table(title, head, rows)
}

type Turn = (send: () => Promise<Response>, started: Started) => Promise<void>

/** One round of each subject after the other; the first round warms up and does not count. */
async function takeTurns(
  started: readonly Started[],
  operation: Operation,
  turn: Turn,
): Promise<void> {
  for (const { running } of started) {
    await logIn(running)
    const send = operation.send(running)
    if (send !== undefined) await timeEach(send, requests)
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const one of started) {
      const send = operation.send(one.running)
      if (send !== undefined) await turn(send, one)
    }
  }
}

function push(values: Map<string, number[]>, name: string, value: number): void {
  const known = values.get(name) ?? []
  known.push(value)
  values.set(name, known)
}

/** The median of a subject, and how it compares with the floor's. */
function withRatio(
  values: ReadonlyMap<string, readonly number[]>,
  name: string,
  show: (value: number) => string,
): readonly [string, string] {
  const own = median(values.get(name) ?? [])
  const floor = median(values.get('floor') ?? [])
  return [show(own), `${(own / floor).toFixed(2)}×`]
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}
