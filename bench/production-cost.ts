import { availableParallelism } from 'node:os'
import type { Miniflare } from 'miniflare'
import { idleMsOfCores, load, workerdPids, type Load } from './measure.ts'
import { logIn, newRunning, OPERATIONS, publicUrl, signUp, type Running } from './operations.ts'
import { freePort, table } from './report.ts'
import { AS_DEPLOYED, startWorker, type Subject } from './subjects.ts'
import { milliseconds } from './turns.ts'

/** An isolate computes on one core at a time: one for each of the machine's two. */
const ISOLATES = 2
/** So many keep a core busy with hashing alone. */
const HASHES_AT_ONCE = 2

/**
 * Logins that come all at once, hashed as a deployment hashes, against hashing alone and the floor's logins; two
 * isolates share them. The database and whoever asks have the same cores, so no login reaches the rate of hashing alone;
 * cores that were idle would tell of hashes that waited for something else.
 */
export async function reportProductionCost(
  { floor, service }: { readonly floor: Subject; readonly service: Subject },
  database: string,
  logins: number,
): Promise<void> {
  const deployed = { ...service, settings: { ...AS_DEPLOYED, ...UNLIMITED } }
  const patient = {
    ...service,
    settings: { ...deployed.settings, PASSWORD_QUEUE_MAX_MS: '600000' },
  }
  const username = await newAccount(deployed, database)
  const atOnce = logins / ISOLATES
  const run = { database, logins, username, atOnce }
  const alone = await inIsolates({
    ...run,
    subject: floor,
    work: 'hashes',
    atOnce: HASHES_AT_ONCE,
  })
  const least = await inIsolates({ ...run, subject: floor, work: 'logins' })
  const waiting = await inIsolates({ ...run, subject: patient, work: 'logins' })
  const refusing = await inIsolates({ ...run, subject: deployed, work: 'logins' })
  const row = (name: string, { perSecond, cpuMs, failed, idle }: SharedLoad) => [
    name,
    perSecond.toFixed(1),
    (perSecond / alone.perSecond).toFixed(2),
    (perSecond / least.perSecond).toFixed(2),
    milliseconds(cpuMs),
    (alone.cpuMs / cpuMs).toFixed(2),
    `${(100 * idle).toFixed(0)} %`,
    String(failed),
  ]
  table(
    `${logins} logins at once at the default hash cost, ${ISOLATES} isolates`,
    [
      '',
      'a second',
      'to hashing alone',
      'to floor',
      'CPU of each',
      'of it hashing',
      'cores idle',
      'refused',
    ],
    [
      row('hashing alone', alone),
      row("the floor's logins", least),
      row('logins that may wait', waiting),
      ['logins, the default queue', '–', '–', '–', '–', '–', '–', String(refusing.failed)],
    ],
  )
}

const UNLIMITED = { ACCOUNT_RATE_LIMITS: 'false' }

type Run = {
  readonly subject: Subject
  readonly work: 'hashes' | 'logins'
  readonly database: string
  readonly username: string
  /** In each isolate. */
  readonly atOnce: number
  readonly logins: number
}

/** Of all isolates, and which part of the machine's cores nobody used meanwhile. */
type SharedLoad = Load & { readonly idle: number }

/** An account whose password is hashed as the service's settings say. */
async function newAccount(service: Subject, database: string): Promise<string> {
  const port = await freePort()
  const worker = startWorker(service, database, port)
  try {
    await worker.ready
    const name = `cost${Date.now()}`
    const email = `${name}@example.com`
    await signUp(newRunning(service.name, publicUrl(port)), { name, email })
    return name
  } finally {
    await worker.dispose()
  }
}

async function inIsolates({
  subject,
  work,
  database,
  username,
  atOnce,
  logins,
}: Run): Promise<SharedLoad> {
  const workers: Miniflare[] = []
  try {
    const runs: (() => Promise<Load>)[] = []
    for (let index = 0; index < ISOLATES; index += 1) {
      const known = workerdPids()
      const port = await freePort()
      const worker = startWorker(subject, database, port)
      workers.push(worker)
      await worker.ready
      const pid = workerdPids().find((one) => !known.includes(one)) ?? 0
      const running = { ...newRunning(subject.name, publicUrl(port)), username }
      const send = work === 'hashes' ? hashingSender(running) : await loginSender(running)
      const senders = Array.from({ length: atOnce }, () => send)
      runs.push(() => load(senders, { count: logins / ISOLATES, pid }))
    }
    const [idleBefore, begunMs] = [idleMsOfCores(), performance.now()]
    const done = await Promise.all(runs.map((run) => run()))
    const coresMs = (performance.now() - begunMs) * availableParallelism()
    return {
      perSecond: done.reduce((sum, { perSecond }) => sum + perSecond, 0),
      cpuMs: done.reduce((sum, { cpuMs }) => sum + cpuMs / ISOLATES, 0),
      failed: done.reduce((sum, { failed }) => sum + failed, 0),
      idle: (idleMsOfCores() - idleBefore) / coresMs,
    }
  } finally {
    for (const worker of workers) await worker.dispose()
  }
}

function hashingSender({ origin }: Running): () => Promise<Response> {
  return () => fetch(`${origin}/hash/`)
}

/** Sends logins; the first one has been answered, so that nothing is read any more. */
async function loginSender(running: Running): Promise<() => Promise<Response>> {
  await logIn(running)
  const send = OPERATIONS.find((one) => one.name === 'login')?.send(running)
  if (send === undefined) throw new Error('no login')
  return send
}
