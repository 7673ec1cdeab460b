import { load, type Load } from './measure.ts'
import { logIn, newRunning, OPERATIONS, type Operation, type Running } from './operations.ts'
import { table } from './report.ts'
import { milliseconds, push, takeTurns, withRatio, type Rounds, type Started } from './turns.ts'

/** Throughput and CPU of each operation, so many at a time. */
export async function reportLoad(
  started: readonly Started[],
  { rounds, requests, atOnce }: Rounds & { readonly atOnce: number },
): Promise<void> {
  const rows: string[][] = []
  for (const operation of OPERATIONS) {
    const rates = new Map<string, number[]>()
    const cpus = new Map<string, number[]>()
    const failures = new Map<string, number>()
    const senders = await sendersOf(started, operation, atOnce)
    const count = Math.max(requests * 8, atOnce * 4)
    await takeTurns(started, { operation, rounds, requests }, async (_send, { running, pid }) => {
      const { name } = running
      const measured: Load = await load(senders.get(name) ?? [], { count, pid })
      push(rates, name, measured.perSecond)
      push(cpus, name, measured.cpuMs)
      failures.set(name, (failures.get(name) ?? 0) + measured.failed)
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
  const head = ['', '', 'requests/s', 'to floor', 'CPU a request', 'to floor', 'failed']
  table(loadTitle(atOnce), head, rows)
}

/** What the table of a load is called. */
export function loadTitle(atOnce: number): string {
  return `${atOnce} at a time, the database beside`
}

type Send = () => Promise<Response>

/** Whoever spends what the request before gave has a login of its own for each that is under way. */
async function sendersOf(
  started: readonly Started[],
  operation: Operation,
  atOnce: number,
): Promise<ReadonlyMap<string, readonly Send[]>> {
  const senders = new Map<string, readonly Send[]>()
  for (const { running } of started) {
    await logIn(running)
    const send = operation.send(running)
    if (send === undefined) continue
    senders.set(
      running.name,
      operation.isRepeatable
        ? Array.from({ length: atOnce }, () => send)
        : await ownSenders(running, operation, atOnce),
    )
  }
  return senders
}

async function ownSenders(
  { name, origin }: Running,
  operation: Operation,
  atOnce: number,
): Promise<readonly Send[]> {
  const senders: Send[] = []
  while (senders.length < atOnce) {
    const own = newRunning(name, origin)
    await logIn(own)
    const send = operation.send(own)
    if (send !== undefined) senders.push(send)
  }
  return senders
}
