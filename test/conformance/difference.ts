import type { ExpectedMail, ExpectedResponse, Scenario, SentRequest } from './corpus.ts'
import type { Json } from './json.ts'

/**
 * A place where we answer otherwise than the reference, on purpose: what we answer or mail instead, in
 * the corpus's own notation. With `ends`, the scenario is over after it, because what follows rests on
 * what we refuse.
 */
export type OurAnswer = {
  readonly response?: ExpectedResponse
  readonly mail?: ExpectedMail
  readonly ends?: boolean
}

/** A difference at one step of one scenario: `group/name`, for a case `name#index`; steps count from 0. */
type ListedDifference = OurAnswer & {
  readonly scenario: string
  readonly step: number
  readonly reason: string
}

/** A difference wherever its condition holds, for recordings whose scenarios nobody here has named. */
export type RuledDifference = {
  readonly rule: string
  readonly reason: string
  /** What we answer at this step instead; `undefined` where the rule does not apply. */
  readonly apply: (moment: Moment) => OurAnswer | undefined
}

/** One step, seen by a rule. */
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

export type Differences = {
  readonly listed: readonly ListedDifference[]
  readonly ruled: readonly RuledDifference[]
}

/** The difference that applies to a step, by the name it is counted under. */
export type FoundDifference = OurAnswer & { readonly name: string }

/** Looks a step up: the list first, then the rules in order. */
export function findDifference(
  differences: Differences,
  moment: Moment,
): FoundDifference | undefined {
  const { id } = moment.scenario
  const listed = differences.listed.find(
    (entry) => entry.scenario === id && entry.step === moment.step,
  )
  if (listed !== undefined) return { ...listed, name: listedName(listed) }
  for (const { rule, apply } of differences.ruled) {
    const answer = apply(moment)
    if (answer !== undefined) return { ...answer, name: rule }
  }
  return undefined
}

/** Differences that nothing in the corpus needed: their entries are out of date. */
export function unusedDifferences(
  differences: Differences,
  used: ReadonlySet<string>,
): readonly string[] {
  return [
    ...differences.listed.map(listedName),
    ...differences.ruled.map(({ rule }) => rule),
  ].filter((name) => !used.has(name))
}

function listedName({ scenario, step }: ListedDifference): string {
  return `${scenario} step ${step}`
}
