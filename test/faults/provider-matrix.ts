import type { Fault, FaultProxy } from '../support/fault-proxy.ts'
import { createFaultWorld, type ServerPool, type FaultWorld, type Summary } from './fault-world.ts'
import { eachCall, isSame, send, type Answer, type Cell, type NamedFault } from './matrix.ts'
import type { ProviderOperation } from './provider-operations.ts'
import type { Stage } from './provider-stages.ts'

/** What clients are told of a provider that talks nonsense (docs/social.md). */
const NONSENSE = [
  'Incorrect value',
  'No access to private resources at "api.x.com".',
  'Failed to exchange code for access token',
].map((message) => JSON.stringify({ non_field_errors: [message] }))

/** Lets every call to the provider go wrong in turn. */
export async function tryProviderFault(
  pool: ServerPool,
  operation: ProviderOperation,
  { fault }: NamedFault,
): Promise<Cell> {
  const clean = await runCleanly(pool, operation)
  return eachCall(clean.calls, async (call) => {
    const run = await runBroken(pool, operation, (proxy) => {
      proxy.choose((seen) => (seen === call ? fault : { kind: 'none' }))
    })
    return { status: run.first.status, problems: judge(operation, clean, { ...run, fault }) }
  })
}

type Clean = { readonly before: Summary; readonly done: Summary; readonly calls: number }

const cleanRuns = new Map<ProviderOperation, Promise<Clean>>()

/** Once an operation: every run begins on an empty database. */
function runCleanly(pool: ServerPool, operation: ProviderOperation): Promise<Clean> {
  let run = cleanRuns.get(operation)
  if (run === undefined) {
    run = onStage(pool, operation, async (world, { proxy, begin }) => {
      const request = await begin(world)
      const before = await world.summary()
      proxy.choose(() => ({ kind: 'none' }))
      const answer = await send(world, request())
      await world.settle()
      if (answer.status !== 200) {
        throw new Error(`${operation.name} answers ${answer.status} when nothing is wrong`)
      }
      return { before, done: await world.summary(), calls: proxy.seen() }
    })
    cleanRuns.set(operation, run)
  }
  return run
}

type Broken = {
  readonly first: Answer
  readonly after: Summary
  /** The same request again. */
  readonly second: Answer
  /** A request that was begun again at the provider, where the second did not do. */
  readonly third: Answer | undefined
  readonly end: Summary
}

function runBroken(
  pool: ServerPool,
  operation: ProviderOperation,
  breakIt: (proxy: FaultProxy) => void,
): Promise<Broken> {
  return onStage(pool, operation, async (world, { proxy, begin }) => {
    const request = await begin(world)
    breakIt(proxy)
    const first = await send(world, request())
    await world.settle()
    const after = await world.summary()
    proxy.choose(() => ({ kind: 'none' }))
    const second = await send(world, request())
    const third = second.status === 200 ? undefined : await send(world, (await begin(world))())
    await world.settle()
    return { first, after, second, third, end: await world.summary() }
  })
}

function onStage<Result>(
  pool: ServerPool,
  operation: ProviderOperation,
  act: (world: FaultWorld, stage: Stage) => Promise<Result>,
): Promise<Result> {
  return pool.use(async (servers) => {
    const stage = await operation.open()
    try {
      const world = await createFaultWorld(servers, stage.env, stage.fetch)
      await operation.prepare(world)
      return await act(world, stage)
    } finally {
      await stage.stop()
    }
  })
}

function judge(
  operation: ProviderOperation,
  clean: Clean,
  run: Broken & { readonly fault: Fault },
): readonly string[] {
  const problems: string[] = []
  const { first, second, third, fault } = run
  const isRight = first.status === 200
  const isUnavailable = first.status === 503 && first.retryAfter !== null
  const isRefused =
    first.status === 400 && fault.kind === 'garbage' && NONSENSE.includes(first.text)
  if (!isRight && !isUnavailable && !isRefused) problems.push(`answered ${first.status}`)
  if (isRight && !isSame(run.after, clean.done)) problems.push('said yes and did nothing')
  // The database is not asked before the provider has answered.
  if (!isRight && !isSame(run.after, clean.before)) problems.push('did something and said no')
  if (![200, ...operation.again].includes(second.status)) {
    problems.push(`the repetition answered ${second.status}`)
  }
  if (third !== undefined && third.status !== 200) {
    problems.push(`begun anew, it answered ${third.status}`)
  }
  if (!isSame(run.end, clean.done)) problems.push('the repetition did not end as it should')
  return problems
}
