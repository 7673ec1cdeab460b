import type { Fault, FaultProxy } from '../support/fault-proxy.ts'
import {
  createFaultWorld,
  type FaultServers,
  type FaultWorld,
  type ServerPool,
  type Summary,
} from './fault-world.ts'
import type { Operation } from './operations.ts'

/** One way in which a call can go wrong. */
export type NamedFault = { readonly name: string; readonly fault: Fault }

/** The columns of the matrix. */
export const FAULTS: readonly NamedFault[] = [
  { name: 'delayed', fault: { kind: 'delay', ms: 120 } },
  { name: 'cut before', fault: { kind: 'cut', when: 'before' } },
  { name: 'cut after', fault: { kind: 'cut', when: 'after' } },
  { name: 'hangs before', fault: { kind: 'hang', when: 'before' } },
  { name: 'hangs after', fault: { kind: 'hang', when: 'after' } },
  { name: 'garbage before', fault: { kind: 'garbage', when: 'before' } },
  { name: 'garbage after', fault: { kind: 'garbage', when: 'after' } },
  { name: '429', fault: { kind: 'status', status: 429 } },
  { name: '500', fault: { kind: 'status', status: 500 } },
]

/** One cell: what was answered at each call that can go wrong, and everything that was not as it must be. */
export type Cell = { readonly statuses: readonly number[]; readonly problems: readonly string[] }

/** No answer may take longer, whatever hangs. */
const REQUEST_DEADLINE_MS = 6_000

/** Lets every database call of an operation go wrong in turn, the calls after the answer among them. */
export async function tryDatabaseFault(
  pool: ServerPool,
  operation: Operation,
  { fault }: NamedFault,
): Promise<Cell> {
  const clean = await runCleanly(pool, operation)
  return eachCall(clean.calls, async (call) => {
    const run = await pool.use((servers) =>
      runBroken(servers, operation, ({ database }) => {
        database.choose((seen) => (seen === call ? fault : { kind: 'none' }))
        return database
      }),
    )
    return { status: run.first.status, problems: judge(operation, clean, run) }
  })
}

/** The cell of so many calls, each of which goes wrong in a run of its own. */
export async function eachCall(
  calls: number,
  breakCall: (
    call: number,
  ) => Promise<{ readonly status: number; readonly problems: readonly string[] }>,
): Promise<Cell> {
  const runs = await Promise.all(Array.from({ length: calls }, (_, call) => breakCall(call)))
  return {
    statuses: runs.map(({ status }) => status),
    problems: runs.flatMap(({ problems }, call) =>
      problems.map((text) => `call ${call + 1}: ${text}`),
    ),
  }
}

/** Lets the mail provider be broken while the operation runs: its answer must not notice. */
export async function tryMailFault(
  pool: ServerPool,
  operation: Operation,
  { fault }: NamedFault,
): Promise<Cell> {
  const clean = await runCleanly(pool, operation)
  const run = await pool.use((servers) =>
    runBroken(servers, operation, ({ mail }) => {
      mail.choose(() => fault)
      return mail
    }),
  )
  const problems = [...judge(operation, clean, run)]
  if (run.first.status !== operation.status) problems.push('the answer shows the broken provider')
  return { statuses: [run.first.status], problems }
}

type Clean = { readonly before: Summary; readonly done: Summary; readonly calls: number }

const cleanRuns = new Map<Operation, Promise<Clean>>()

/** Once an operation: every run begins on an empty database. */
function runCleanly(pool: ServerPool, operation: Operation): Promise<Clean> {
  let run = cleanRuns.get(operation)
  if (run === undefined) {
    run = pool.use((servers) => measureCleanRun(servers, operation))
    cleanRuns.set(operation, run)
  }
  return run
}

async function measureCleanRun(servers: FaultServers, operation: Operation): Promise<Clean> {
  const world = await createFaultWorld(servers, operation.env, operation.fetch)
  const request = await operation.prepare(world)
  const before = await world.summary()
  world.database.choose(() => ({ kind: 'none' }))
  const answer = await send(world, request())
  await world.settle()
  const calls = world.database.seen()
  if (answer.status !== operation.status) {
    throw new Error(`${operation.name} answers ${answer.status} when nothing is wrong`)
  }
  return { before, done: await world.summary(), calls }
}

/** What an answer is judged by. */
export type Answer = {
  readonly status: number
  readonly retryAfter: string | null
  readonly text: string
}

type Broken = {
  readonly first: Answer
  readonly after: Summary
  readonly second: Answer
  readonly end: Summary
  readonly causes: number
  readonly mails: number
  readonly waiting: number
}

async function runBroken(
  servers: FaultServers,
  operation: Operation,
  breakIt: (world: FaultWorld) => FaultProxy,
): Promise<Broken> {
  const world = await createFaultWorld(servers, operation.env, operation.fetch)
  const request = await operation.prepare(world)
  const proxy = breakIt(world)
  const first = await send(world, request())
  await world.settle()
  const after = await world.summary()
  proxy.choose(() => ({ kind: 'none' }))
  const second = await send(world, request())
  await world.settle()
  await world.deliver()
  const { causes, waiting } = await world.mails()
  return {
    first,
    after,
    second,
    end: await world.summary(),
    causes,
    mails: world.provider.taken.length,
    waiting,
  }
}

/** Sends a request; fails where no answer comes. */
export async function send(world: FaultWorld, request: Request): Promise<Answer> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error('The answer never came.'))
    }, REQUEST_DEADLINE_MS).unref()
  })
  const response = await Promise.race([world.send(request), late])
  return {
    status: response.status,
    retryAfter: response.headers.get('Retry-After'),
    text: await response.text(),
  }
}

function judge(operation: Operation, clean: Clean, run: Broken): readonly string[] {
  const problems: string[] = []
  const { first, second } = run
  const isRight = first.status === operation.status
  const isUnavailable = first.status === 503 && first.retryAfter !== null
  if (!isRight && !isUnavailable) problems.push(`answered ${first.status}`)
  const isDone = isSame(run.after, clean.done)
  if (!isDone && !isSame(run.after, clean.before)) problems.push('left half of the operation')
  if (isRight && !isDone) problems.push('said yes and did nothing')
  const allowed = [operation.status, ...(operation.again ?? [])]
  if (!allowed.includes(second.status)) problems.push(`the repetition answered ${second.status}`)
  if (!isSame(run.end, clean.done)) problems.push('the repetition did not end as it should')
  if (run.mails < run.causes) problems.push(`${run.causes - run.mails} mails lost`)
  if (run.mails > run.causes) problems.push(`${run.mails - run.causes} mails too many`)
  if (run.waiting > 0) problems.push(`${run.waiting} mails still wait`)
  return problems
}

/** Whether two states are the same. */
export function isSame(one: Summary, other: Summary): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
