import type { ExpectedMail, ExpectedResponse, Scenario, SentRequest } from './corpus.ts'
import { isJsonObject, member, parseJson, type Json, type JsonObject } from './json.ts'

/** One step of a scenario, as a difference's condition sees it. */
export type Moment = {
  readonly scenario: Scenario
  readonly step: number
  /** Of a request step, its values filled in. */
  readonly request?: SentRequest
  readonly expected?: ExpectedResponse
  /** Of a mail step. */
  readonly expectedMail?: ExpectedMail
  /** What `mint` steps and captures have given so far. */
  readonly captured: ReadonlyMap<string, Json>
  /** The requests before, those of a cases file's setup among them. */
  readonly done: readonly Done[]
  /** The codes of `totp` steps, each with its time step. */
  readonly timeSteps: ReadonlyMap<string, number>
}

/** A request that was made, its values filled in. */
export type Done = {
  /** Its place in the scenario, -1 in a setup. */
  readonly step: number
  readonly request: SentRequest
  readonly expected: ExpectedResponse
  /** The body that we answered. */
  readonly answered: string
}

/** What was seeded before this step. */
export function seedsBefore({
  scenario,
  step,
}: Pick<Moment, 'scenario' | 'step'>): readonly JsonObject[] {
  return [...(scenario.setup ?? []), ...scenario.steps.slice(0, step)].flatMap((earlier) =>
    earlier.kind === 'seed' ? earlier.operations : [],
  )
}

/** What was asked before this step, with the status that the reference answered. */
export function requestsBefore({
  scenario,
  step,
}: Moment): readonly { readonly path: string; readonly status: number }[] {
  return scenario.steps
    .slice(0, step)
    .flatMap((earlier) =>
      earlier.kind === 'request'
        ? [{ path: earlier.request.path, status: earlier.response.status }]
        : [],
    )
}

/** A field of a body, whatever form it came in; empty for anything but text. */
export function fieldOf(request: SentRequest, name: string): string {
  return textOf(bodyField(request, name))
}

/** What comes after the scheme in the Authorization header. */
export function bearerOf({ request }: Moment): string {
  return textOf(request?.headers?.['Authorization']).replace(/^\S+\s+/, '')
}

/** The text itself, empty for anything else. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** A field of a request's body, of any type. */
export function bodyField(request: SentRequest | undefined, name: string): Json | undefined {
  const { json, form, multipart, raw } = request ?? {}
  if (isJsonObject(json)) return member(json, name)
  const pairs = form ?? multipart
  if (Array.isArray(pairs)) {
    const found = pairs.findLast((pair) => Array.isArray(pair) && pair[0] === name)
    return Array.isArray(found) ? found[1] : undefined
  }
  try {
    const parsed = parseJson(raw ?? '')
    return isJsonObject(parsed) ? member(parsed, name) : undefined
  } catch {
    return undefined
  }
}

/** What was seeded after one step and before this one. */
export function seedsBetween({ scenario, step }: Moment, after: number): readonly JsonObject[] {
  return scenario.steps
    .slice(after + 1, step)
    .flatMap((earlier) => (earlier.kind === 'seed' ? earlier.operations : []))
}
