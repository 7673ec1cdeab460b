import { tests, type Group, type Test } from './stand-in.ts'

/** Runs tests one by one, as often as wanted, in a process that keeps what they have loaded. */
export type Repeater = {
  /** What a test complains of; `undefined` where it passes. */
  readonly run: (test: Test, patienceMs: number) => Promise<unknown>
}

/** The hooks of a group are run again wherever another group, or a failure, came between. */
export function createRepeater(): Repeater {
  let entered: Group | undefined
  const enter = async (group: Group): Promise<void> => {
    if (entered === group) return
    const left = chainOf(entered)
    entered = undefined
    await runAll(left.toReversed(), 'afterAll').catch(() => undefined)
    await runAll(chainOf(group), 'beforeAll')
    entered = group
  }
  return {
    run: async (test, patienceMs) => {
      const fault = await within(patienceMs, async () => {
        await enter(test.group)
        return runOnce(test)
      })
      if (fault !== undefined) entered = undefined
      return fault
    },
  }
}

/** What tests take that pass, in milliseconds, and what the others complain of. */
type Trial = { readonly times: Map<Test, number>; readonly faults: Map<Test, unknown> }

/** Runs every test. */
export async function runAllOnce(
  { run }: Repeater,
  around: (test: Test, work: () => Promise<unknown>) => Promise<unknown>,
): Promise<Trial> {
  const times = new Map<Test, number>()
  const faults = new Map<Test, unknown>()
  for (const test of tests) {
    const startedAt = performance.now()
    const fault = await around(test, () => run(test, firstPatienceOf(test)))
    if (fault === undefined) times.set(test, performance.now() - startedAt)
    else faults.set(test, fault)
  }
  return { times, faults }
}

/** The same; only tests pass that pass again after all others. */
export async function runAllTwice(
  repeater: Repeater,
  around: (test: Test, work: () => Promise<unknown>) => Promise<unknown>,
): Promise<Trial> {
  const { times, faults } = await runAllOnce(repeater, around)
  for (const test of times.keys()) {
    const fault = await repeater.run(test, firstPatienceOf(test))
    if (fault === undefined) continue
    times.delete(test)
    faults.set(test, fault)
  }
  return { times, faults }
}

const FIRST_PATIENCE_MS = 60_000

/** One that is given up goes on beside those that follow, and spoils them. */
function firstPatienceOf({ timeoutMs = 0 }: Test): number {
  return Math.max(FIRST_PATIENCE_MS, timeoutMs)
}

/** A test between its hooks; answers what it, or else one of them, complains of. */
async function runOnce(test: Test): Promise<unknown> {
  const groups = chainOf(test.group)
  let fault: unknown
  try {
    await runAll(groups, 'beforeEach')
    await test.run()
  } catch (error) {
    fault = error ?? new Error('rejected')
  }
  await runAll(groups.toReversed(), 'afterEach').catch((error: unknown) => {
    fault ??= error
  })
  return fault
}

function chainOf(group: Group | undefined): readonly Group[] {
  return group === undefined ? [] : [...chainOf(group.parent), group]
}

type Hooks = 'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach'

async function runAll(groups: readonly Group[], hooks: Hooks): Promise<void> {
  for (const group of groups) for (const work of group[hooks]) await work()
}

/** What `work` answers or is rejected with, or that it takes too long. */
async function within(ms: number, work: () => Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not done after ${ms} ms`))
    }, ms)
  })
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    return error ?? new Error('rejected')
  } finally {
    clearTimeout(timer)
  }
}
