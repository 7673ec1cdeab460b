import { CookieJar } from './cookies.ts'
import {
  type ExpectedMail,
  type ExpectedResponse,
  type Scenario,
  type SentRequest,
  type Step,
} from './corpus.ts'
import { CorpusError, requireObject, requireText } from './require.ts'
import { findDifference, type Differences, type FoundDifference } from './difference.ts'
import type { Json, JsonObject } from './json.ts'
import { mintStep } from './jwt.ts'
import { matchMails } from './mail.ts'
import { mismatch, type Mismatch } from './match.ts'
import { buildRequest, fillRequest } from './request.ts'
import { matchResponse, readResponse, type ActualResponse } from './response.ts'
import { secretKeyOf } from './settings.ts'
import { expand, type Memory } from './values.ts'
import type { Exchanged, World } from './world.ts'

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

/** Facilities that a scenario may ask for in `needs`; there are none yet. */
const FACILITIES: readonly string[] = []

/** One scenario under way. */
type Run = {
  readonly scenario: Scenario
  readonly world: World
  readonly differences: Differences
  readonly strict: boolean
  readonly captured: Map<string, Json>
  readonly jars: Map<string, CookieJar>
  readonly used: string[]
}

/** Options of a run. `strict`: where the reference's answer would pass, a difference is out of date. */
export type RunOptions = { readonly differences: Differences; readonly strict: boolean }

/** Runs a scenario from an empty database on. */
export async function runScenario(
  scenario: Scenario,
  world: World,
  options: RunOptions,
): Promise<Outcome> {
  const run = newRun(scenario, world, options, new Map())
  return outcomeOf(run, async () => {
    await beginScenario(run)
    return runSteps(run)
  })
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
  const first = newRun(setup, world, options, new Map())
  const setupOutcome = await outcomeOf(first, async () => {
    await beginScenario(first)
    return runSteps(first)
  })
  const restore = await world.remember()
  return {
    setup: setupOutcome,
    run: async (scenario) => {
      const run = newRun(scenario, world, options, first.captured)
      return outcomeOf(run, async () => {
        await restore()
        return runSteps(run)
      })
    },
  }
}

function newRun(
  scenario: Scenario,
  world: World,
  options: RunOptions,
  captured: ReadonlyMap<string, Json>,
): Run {
  return {
    ...options,
    scenario,
    world,
    captured: new Map(captured),
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

async function beginScenario({ scenario, world }: Run): Promise<void> {
  const missing = scenario.needs.filter((facility) => !FACILITIES.includes(facility))
  if (missing.length > 0) throw new CorpusError(`needs ${missing.join(', ')}`)
  await world.begin(scenario.settings)
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

/** What a step did: nothing to complain about where `mismatches` is empty. */
type StepResult = {
  readonly mismatches: readonly Mismatch[]
  readonly log: readonly string[]
  readonly ends?: boolean
}

const FINE: StepResult = { mismatches: [], log: [] }

async function runStep(run: Run, step: Step, index: number): Promise<StepResult> {
  const { world, captured, scenario } = run
  const memory = memoryOf(run)
  switch (step.kind) {
    case 'seed':
      for (const operation of step.operations) await seed(run, operation)
      return FINE
    case 'provider':
      world.setProviders(
        step.exchanges.map((exchange) => requireObject(expand(exchange, memory), 'exchange')),
      )
      return FINE
    case 'mint': {
      const { capture, ...token } = step.mint
      const expanded = requireObject(expand(token, memory), 'mint')
      captured.set(
        requireText(capture, 'capture'),
        mintStep(expanded, secretKeyOf(scenario.settings)),
      )
      return FINE
    }
    case 'wait':
      world.wait(step.seconds)
      return FINE
    case 'mail':
      return mailStep(run, step.mail, index)
    case 'request':
      return requestStep(run, step.request, step.response, index)
  }
}

async function seed({ world, captured, ...run }: Run, operation: JsonObject): Promise<void> {
  const { capture_pk, capture_id, ...rest } = operation
  const memory = memoryOf({ world, captured, ...run })
  const { userId, socialAccountId } = await world.seed(requireObject(expand(rest, memory), 'seed'))
  keep(captured, capture_pk, userId)
  keep(captured, capture_id, socialAccountId)
}

/** Keeps an id under a name, where a name was asked for. */
function keep(captured: Run['captured'], name: Json | undefined, id: number | undefined): void {
  if (name !== undefined && id !== undefined) captured.set(requireText(name, 'capture'), id)
}

async function requestStep(
  run: Run,
  sent: SentRequest,
  expected: ExpectedResponse,
  step: number,
): Promise<StepResult> {
  const { world, scenario, captured } = run
  const jar = jarOf(run, sent.client)
  const request = buildRequest(sent, memoryOf(run), jar)
  const exchanged = await world.send(request)
  const actual = await readResponse(exchanged.response)
  jar?.keep(actual.cookies, world.now())
  const difference = findDifference(run.differences, {
    scenario,
    step,
    request: fillRequest(sent, memoryOf(run)),
    expected,
    captured,
  })
  const ours = difference?.response
  const judgeBy = (wanted: ExpectedResponse, memory: Memory): StepResult =>
    judge(wanted, actual, exchanged, memory)
  if (difference === undefined || ours === undefined) return judgeBy(expected, memoryOf(run))
  if (passes(judgeBy(expected, trialMemory(run)))) {
    return run.strict ? outdated(difference) : judgeBy(expected, memoryOf(run))
  }
  run.used.push(difference.name)
  return { ...judgeBy(ours, memoryOf(run)), ...endsWith(difference) }
}

/** Compares an answer; where the reference crashed, any 4xx will do, or 503 for a failure outside. */
function judge(
  expected: ExpectedResponse,
  actual: ActualResponse,
  { outsideFailed, log }: Exchanged,
  memory: Memory,
): StepResult {
  if (expected.server_error !== true) {
    return { mismatches: matchResponse(expected, actual, memory), log }
  }
  const { status } = actual
  const isSound = (status >= 400 && status < 500) || (status === 503 && outsideFailed)
  const mismatches = isSound
    ? []
    : [mismatch('status', '4xx, or 503 for a failure outside', status)]
  return { mismatches, log, ends: true }
}

function mailStep(run: Run, expected: ExpectedMail, step: number): StepResult {
  const { world, scenario, captured } = run
  const mails = world.takeMails()
  const difference = findDifference(run.differences, {
    scenario,
    step,
    expectedMail: expected,
    captured,
  })
  const judgeBy = (wanted: ExpectedMail, memory: Memory): StepResult => ({
    mismatches: matchMails(wanted, mails, memory),
    log: [],
  })
  const ours = difference?.mail
  if (difference === undefined || ours === undefined) return judgeBy(expected, memoryOf(run))
  if (passes(judgeBy(expected, trialMemory(run)))) {
    return run.strict ? outdated(difference) : judgeBy(expected, memoryOf(run))
  }
  run.used.push(difference.name)
  return { ...judgeBy(ours, memoryOf(run)), ...endsWith(difference) }
}

/** Nobody differs here any more. Elsewhere than in our own corpus, a rule may meet such answers. */
function outdated({ name }: FoundDifference): StepResult {
  const expected = 'an answer other than the recorded one'
  return { mismatches: [mismatch(`difference ${name}`, expected, 'the recorded one')], log: [] }
}

function endsWith({ ends }: FoundDifference): { readonly ends?: true } {
  return ends === true ? { ends } : {}
}

function passes({ mismatches }: StepResult): boolean {
  return mismatches.length === 0
}

function memoryOf({ captured, world }: Pick<Run, 'captured' | 'world'>): Memory {
  return { captured, now: world.now() }
}

/** For trying an answer out: what it captures is forgotten. */
function trialMemory(run: Run): Memory {
  return { ...memoryOf(run), captured: new Map(run.captured) }
}

function jarOf({ jars }: Run, client: string | undefined): CookieJar | undefined {
  if (client === undefined) return undefined
  const jar = jars.get(client) ?? new CookieJar()
  jars.set(client, jar)
  return jar
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
