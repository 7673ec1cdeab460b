import { readdirSync, readFileSync } from 'node:fs'

/** The middle of what was measured; half of the values are below it. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that a share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds of each of `count` requests, one after the other. */
export async function timeEach(send: () => Promise<Response>, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const startedMs = performance.now()
    await expectOk(send())
    times.push(performance.now() - startedMs)
  }
  return times
}

/** Result of many requests at once. */
export type Load = {
  readonly perSecond: number
  readonly cpuMs: number
  readonly failed: number
}

/** Sends `count` requests, each sender one at a time; CPU is the process's own, a request. Failures are counted. */
export async function load(
  senders: readonly (() => Promise<Response>)[],
  { count, pid }: { readonly count: number; readonly pid: number },
): Promise<Load> {
  let left = count
  let failed = 0
  const work = async (send: () => Promise<Response>): Promise<void> => {
    while (left > 0) {
      left -= 1
      if (!(await isAnswered(send))) failed += 1
    }
  }
  const cpuBefore = cpuMsOf(pid)
  const startedMs = performance.now()
  await Promise.all(senders.map(work))
  const seconds = (performance.now() - startedMs) / 1000
  return { perSecond: count / seconds, cpuMs: (cpuMsOf(pid) - cpuBefore) / count, failed }
}

/** A subject that sets no deadline of its own may wait for a database for ever. */
const ANSWER_MS = 60_000

/** Whether a request has an answer that is no error, in time. */
async function isAnswered(send: () => Promise<Response>): Promise<boolean> {
  const answer = async (): Promise<boolean> => {
    const response = await send()
    await response.text()
    return response.ok
  }
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, ANSWER_MS, false)
  try {
    return await Promise.race([answer(), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

async function expectOk(sent: Promise<Response>): Promise<void> {
  const response = await sent
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
}

/** CPU time of a process so far: that of its threads, whose first number is nanoseconds (`/proc/PID/task/TID/schedstat`). */
function cpuMsOf(pid: number): number {
  const directory = `/proc/${pid}/task`
  const threads = readdirSync(directory).map((thread) => {
    const [nanoseconds = 0] = textOf(`${directory}/${thread}/schedstat`).split(' ').map(Number)
    return nanoseconds / 1e6
  })
  return threads.reduce((sum, ms) => sum + ms, 0)
}

/** Time that the cores of this machine have had nothing to do, all together; `/proc/stat` has hundredths of a second. */
export function idleMsOfCores(): number {
  const [, , , , idle = 0] = textOf('/proc/stat').split(/\s+/, 5).map(Number)
  return idle * 10
}

/** The workerd processes that this one has started. */
export function workerdPids(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .filter((pid) => {
      const stat = statOf(pid)
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return stat.includes('(workerd)') && parent === process.pid
    })
}

function statOf(pid: number): string {
  return textOf(`/proc/${pid}/stat`)
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It ended while we were looking.
    return ''
  }
}
