import type { ExpectedMail, ExpectedResponse, Scenario, SentRequest } from './corpus.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'

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
  if (isJsonObject(request.json)) return textOf(request.json[name])
  const pairs = request.form ?? request.multipart
  if (!Array.isArray(pairs)) return ''
  const pair = pairs.findLast((entry) => Array.isArray(entry) && entry[0] === name)
  return Array.isArray(pair) ? textOf(pair[1]) : ''
}

/** What comes after the scheme in the Authorization header. */
export function bearerOf({ request }: Moment): string {
  return textOf(request?.headers?.['Authorization']).replace(/^\S+\s+/, '')
}

/** The text itself, empty for anything else. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
