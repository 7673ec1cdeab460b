import type { Miniflare } from 'miniflare'
import { load, workerdPids, type Load } from './measure.ts'
import { logIn, newRunning, OPERATIONS, publicUrl, signUp } from './operations.ts'
import { freePort, table } from './report.ts'
import { AS_DEPLOYED, startWorker, type Subject } from './subjects.ts'

/** An isolate computes on one core at a time: one for each of the machine's two. */
const ISOLATES = 2
/** So many keep a core busy with hashing alone. */
const HASHES_AT_ONCE = 2

/** Logins that come all at once, hashed as a deployment hashes, against hashing alone; two isolates share them. */
export async function reportProductionCost(
  { floor, service }: { readonly floor: Subject; readonly service: Subject },
  database: string,
  logins: number,
): Promise<void> {
  const patient = { ...AS_DEPLOYED, ...UNLIMITED, PASSWORD_QUEUE_MAX_MS: '600000' }
  const alone = await inIsolates({ subject: floor, database, atOnce: HASHES_AT_ONCE, logins })
  const waiting = await inIsolates({
    subject: { ...service, settings: patient },
    database,
    atOnce: logins / ISOLATES,
    logins,
  })
  const refusing = await inIsolates({
    subject: { ...service, settings: { ...AS_DEPLOYED, ...UNLIMITED } },
    database,
    atOnce: logins / ISOLATES,
    logins,
  })
  const row = (name: string, { perSecond, failed }: Load) => [
    name,
    perSecond.toFixed(1),
    (perSecond / alone.perSecond).toFixed(2),
    String(failed),
  ]
  table(
    `${logins} logins at once at the default hash cost, ${ISOLATES} isolates`,
    ['', 'a second', 'to hashing alone', 'refused'],
    [
      row('hashing alone', alone),
      row('logins that may wait', waiting),
      ['logins, the default queue', '–', '–', String(refusing.failed)],
    ],
  )
}

const UNLIMITED = { ACCOUNT_RATE_LIMITS: 'false' }

type Run = {
  readonly subject: Subject
  readonly database: string
  /** In each isolate. */
  readonly atOnce: number
  readonly logins: number
}

async function inIsolates({ subject, database, atOnce, logins }: Run): Promise<Load> {
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
      const send = await senderOf(subject, publicUrl(port))
      const senders = Array.from({ length: atOnce }, () => send)
      runs.push(() => load(senders, { count: logins / ISOLATES, pid }))
    }
    const done = await Promise.all(runs.map((run) => run()))
    return {
      perSecond: done.reduce((sum, { perSecond }) => sum + perSecond, 0),
      cpuMs: done.reduce((sum, { cpuMs }) => sum + cpuMs / ISOLATES, 0),
      failed: done.reduce((sum, { failed }) => sum + failed, 0),
    }
  } finally {
    for (const worker of workers) await worker.dispose()
  }
}

async function senderOf({ name }: Subject, origin: string): Promise<() => Promise<Response>> {
  if (name === 'floor') return () => fetch(`${origin}/hash/`)
  const running = newRunning(name, origin)
  const account = { name: `cost${Date.now()}`, email: `cost${Date.now()}@example.com` }
  await signUp(running, account)
  running.username = account.name
  await logIn(running)
  const send = OPERATIONS.find((one) => one.name === 'login')?.send(running)
  if (send === undefined) throw new Error('no login')
  return send
}
