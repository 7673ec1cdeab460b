import { makeCredential } from './authenticator.ts'
import { CookieJar } from './cookies.ts'
import type { ExpectedMail, ExpectedResponse, Scenario, SentRequest, Step } from './corpus.ts'
import { findDifference, type Difference, type FoundDifference } from './difference.ts'
import type { Json, JsonObject } from './json.ts'
import { mintStep } from './jwt.ts'
import { matchMails } from './mail.ts'
import { mismatch, type Mismatch } from './match.ts'
import type { Done } from './moment.ts'
import { oneTimeCode, readTotpStep, secondsToWait, timeStep } from './one-time-code.ts'
import { buildRequest, fillRequest } from './request.ts'
import { requireObject, requireText } from './require.ts'
import { matchResponse, readResponse, type ActualResponse } from './response.ts'
import { secretKeyOf } from './settings.ts'
import { expand, type Memory } from './values.ts'
import type { Exchanged, World } from './world.ts'

/** One scenario under way. */
export type Run = {
  readonly scenario: Scenario
  readonly world: World
  readonly differences: readonly Difference[]
  readonly strict: boolean
  readonly captured: Map<string, Json>
  readonly done: Done[]
  readonly timeSteps: Map<string, number>
  readonly jars: Map<string, CookieJar>
  readonly used: string[]
}

/** What a step did: nothing to complain about where `mismatches` is empty. */
export type StepResult = {
  readonly mismatches: readonly Mismatch[]
  readonly log: readonly string[]
  readonly ends?: boolean
}

const FINE: StepResult = { mismatches: [], log: [] }

/** Does one step and compares what came of it; a fault of the recording throws. */
export async function runStep(run: Run, step: Step, index: number): Promise<StepResult> {
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
    case 'totp': {
      const { capture, ...rest } = step.totp
      const totp = readTotpStep(requireObject(expand(rest, memory), 'totp'))
      world.wait(secondsToWait(totp, world.now()))
      const code = oneTimeCode(totp, world.now())
      run.timeSteps.set(code, timeStep(totp, world.now()))
      captured.set(requireText(capture, 'capture'), code)
      return FINE
    }
    case 'authenticator': {
      const { capture, ...rest } = step.authenticator
      const expanded = requireObject(expand(rest, memory), 'authenticator')
      captured.set(requireText(capture, 'capture'), makeCredential(expanded))
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

async function seed(run: Run, operation: JsonObject): Promise<void> {
  const { capture_pk, capture_id, capture_codes, ...rest } = operation
  const filled = requireObject(expand(rest, memoryOf(run)), 'seed')
  const { userId, rowId, recoveryCodes = [] } = await run.world.seed(filled)
  keep(run.captured, capture_pk, userId)
  keep(run.captured, capture_id, rowId)
  if (capture_codes === undefined) return
  const prefix = requireText(capture_codes, 'capture_codes')
  for (const [index, code] of recoveryCodes.entries()) run.captured.set(prefix + index, code)
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
  const filled = fillRequest(sent, memoryOf(run))
  const { done, timeSteps } = run
  const moment = { scenario, step, request: filled, expected, captured, done: [...done], timeSteps }
  const difference = findDifference(run.differences, moment)
  done.push({ step, request: filled, expected, answered: actual.text })
  const response = difference?.response
  const ours = typeof response === 'function' ? response(expected) : response
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
  { outsideFailed, undescribed, log }: Exchanged,
  memory: Memory,
): StepResult {
  const surprises = undescribed.map((what) => mismatch('openapi.json', 'as described', what))
  if (expected.server_error !== true) {
    return { mismatches: [...matchResponse(expected, actual, memory), ...surprises], log }
  }
  const { status } = actual
  const isSound = (status >= 400 && status < 500) || (status === 503 && outsideFailed)
  const mismatches = isSound
    ? []
    : [mismatch('status', '4xx, or 503 for a failure outside', status)]
  return { mismatches: [...mismatches, ...surprises], log, ends: true }
}

function mailStep(run: Run, expected: ExpectedMail, step: number): StepResult {
  const { world, scenario, captured } = run
  const mails = world.takeMails()
  const difference = findDifference(run.differences, {
    scenario,
    step,
    expectedMail: expected,
    captured,
    done: run.done,
    timeSteps: run.timeSteps,
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
