import type { Scenario, Step } from './corpus.ts'
import { SettingsError } from '../../src/settings/parse.ts'
import { findRefusal, type Difference } from './difference.ts'
import type { Mismatch } from './match.ts'
import { CorpusError } from './require.ts'
import { runStep, type Run } from './step.ts'
import type { World } from './world.ts'

/** How a scenario went: the first step that is not as recorded ends it. */
export type Outcome = {
  readonly failure: Failure | undefined
  /** Names of the deliberate differences that it ran into. */
  readonly differences: readonly string[]
}

export type Failure = {
  readonly step: number
  /** The step in short, as `POST /dj-rest-auth/login/`. */
  readonly what: string
  readonly mismatches: readonly Mismatch[]
  /** What the app logged during the step. */
  readonly log: readonly string[]
}

/** Facilities that a scenario may ask for in `needs`. */
const FACILITIES: readonly string[] = ['mfa', 'passkeys']

/** Options of a run. `strict`: where the reference's answer would pass, a difference is out of date. */
export type RunOptions = { readonly differences: readonly Difference[]; readonly strict: boolean }

/** Runs a scenario from an empty database on. */
export async function runScenario(
  scenario: Scenario,
  world: World,
  options: RunOptions,
): Promise<Outcome> {
  const run = newRun(scenario, world, options)
  return outcomeOf(run, async () => ((await beginScenario(run)) ? runSteps(run) : undefined))
}

/** A cases file under way: `run` starts each case from the state right after the setup. */
export type PreparedCases = {
  readonly setup: Outcome
  readonly run: (scenario: Scenario) => Promise<Outcome>
}

/** Runs a cases file's setup; its cookies are forgotten, its captured values kept. */
export async function prepareCases(
  setup: Scenario,
  world: World,
  options: RunOptions,
): Promise<PreparedCases> {
  const first = newRun(setup, world, options)
  let isRefused = false
  const setupOutcome = await outcomeOf(first, async () => {
    isRefused = !(await beginScenario(first))
    return isRefused ? undefined : runSteps(first)
  })
  if (isRefused) return { setup: setupOutcome, run: () => Promise.resolve(setupOutcome) }
  const restore = await world.remember()
  return {
    setup: setupOutcome,
    run: async (scenario) => {
      const run = newRun(scenario, world, options, first)
      return outcomeOf(run, async () => {
        await restore()
        return runSteps(run)
      })
    },
  }
}

function newRun(scenario: Scenario, world: World, options: RunOptions, setup?: Run): Run {
  return {
    ...options,
    scenario,
    world,
    captured: new Map(setup?.captured),
    done: setup?.done.map((done) => ({ ...done, step: -1 })) ?? [],
    timeSteps: new Map(setup?.timeSteps),
    jars: new Map(),
    used: [],
  }
}

async function outcomeOf(run: Run, work: () => Promise<Failure | undefined>): Promise<Outcome> {
  try {
    return { failure: await work(), differences: run.used }
  } catch (error) {
    return { failure: faultOf(-1, 'begin', error), differences: run.used }
  }
}

/** Answers whether it began: not with settings that we refuse on purpose. */
async function beginScenario({ scenario, world, differences, used }: Run): Promise<boolean> {
  const missing = scenario.needs.filter((facility) => !FACILITIES.includes(facility))
  if (missing.length > 0) throw new CorpusError(`needs ${missing.join(', ')}`)
  try {
    await world.begin(scenario.settings)
    return true
  } catch (error) {
    const rule = findRefusal(differences, scenario.settings)
    if (!(error instanceof SettingsError) || rule === undefined) throw error
    used.push(rule)
    return false
  }
}

async function runSteps(run: Run): Promise<Failure | undefined> {
  for (const [index, step] of run.scenario.steps.entries()) {
    const what = describeStep(step)
    try {
      const done = await runStep(run, step, index)
      if (done.mismatches.length > 0) return { step: index, what, ...done }
      if (done.ends === true) return undefined
    } catch (error) {
      return faultOf(index, what, error)
    }
  }
  return undefined
}

function describeStep(step: Step): string {
  return step.kind === 'request' ? `${step.request.method} ${step.request.path}` : step.kind
}

function faultOf(step: number, what: string, error: unknown): Failure {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    step,
    what,
    mismatches: [{ where: 'fault', expected: 'none', actual: message }],
    log: [],
  }
}
