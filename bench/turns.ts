import { median, timeEach } from './measure.ts'
import { logIn, newRunning, publicUrl, signUp, type Operation, type Running } from './operations.ts'
import { freePort } from './report.ts'
import { startWorker, type Subject } from './subjects.ts'

/** A subject that listens, and the process that it is. */
export type Started = { readonly subject: Subject; readonly running: Running; readonly pid: number }

/** Does something while a subject runs over a database, with an account that is logged in. */
export async function whileRunning<T>(
  subject: Subject,
  database: string,
  use: (running: Running) => Promise<T>,
): Promise<T> {
  const port = await freePort()
  const worker = startWorker(subject, database, port)
  try {
    await worker.ready
    const running = newRunning(subject.name, publicUrl(port))
    await signUp(running)
    await logIn(running)
    return await use(running)
  } finally {
    await worker.dispose()
  }
}

/** How subjects take turns. */
export type Rounds = { readonly rounds: number; readonly requests: number }

/** What a subject does in its turn. */
export type Turn = (send: () => Promise<Response>, started: Started) => Promise<void>

/** One round of each subject after the other; the first round warms up and does not count. */
export async function takeTurns(
  started: readonly Started[],
  { operation, rounds, requests }: Rounds & { readonly operation: Operation },
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

/** Adds a value to those of a name. */
export function push(values: Map<string, number[]>, name: string, value: number): void {
  const known = values.get(name) ?? []
  known.push(value)
  values.set(name, known)
}

/** The median of a subject, and how it compares with the floor's. */
export function withRatio(
  values: ReadonlyMap<string, readonly number[]>,
  name: string,
  show: (value: number) => string,
): readonly [string, string] {
  const own = median(values.get(name) ?? [])
  const floor = median(values.get('floor') ?? [])
  return [show(own), `${(own / floor).toFixed(2)}×`]
}

/** As it is printed. */
export function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}
