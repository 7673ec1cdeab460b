import type { ExpectedMail, ExpectedResponse } from './corpus.ts'
import type { JsonObject } from './json.ts'
import type { Moment } from './moment.ts'

/**
 * What we answer or mail instead of what was recorded, in the corpus's own notation. With `ends`, the
 * scenario is over after it, because what follows rests on what we refuse.
 */
type OurAnswer = {
  readonly response?: ExpectedResponse | ((expected: ExpectedResponse) => ExpectedResponse)
  readonly mail?: ExpectedMail
  readonly ends?: boolean
}

/** Where we answer otherwise than the reference, on purpose: wherever one of its conditions holds. */
export type Difference = {
  /** What holds here instead; the name it is counted under. */
  readonly rule: string
  readonly reason: string
  /** The first one whose condition holds is our answer. */
  readonly instead: readonly (OurAnswer & { readonly when: (moment: Moment) => boolean })[]
  /** No scenario of the corpus meets it: `differences.test.ts` shows what we answer. */
  readonly isUnrecorded?: true
  /** Settings that we refuse at the start. */
  readonly refuses?: (settings: JsonObject) => boolean
}

/** The difference that applies to a step, by the name it is counted under. */
export type FoundDifference = OurAnswer & { readonly name: string }

/** Looks a step up in the list, in its order. */
export function findDifference(
  differences: readonly Difference[],
  moment: Moment,
): FoundDifference | undefined {
  for (const { rule, instead } of differences) {
    const found = instead.find(({ when }) => when(moment))
    if (found !== undefined) return { ...found, name: rule }
  }
  return undefined
}

/** The rule by which we refuse to start with these settings, if any. */
export function findRefusal(
  differences: readonly Difference[],
  settings: JsonObject,
): string | undefined {
  return differences.find(({ refuses }) => refuses?.(settings) === true)?.rule
}

/** Differences that nothing in the corpus needed, though it should: their entries are out of date. */
export function unusedDifferences(
  differences: readonly Difference[],
  used: ReadonlySet<string>,
): readonly string[] {
  return differences.flatMap(({ rule, isUnrecorded }) =>
    isUnrecorded === true || used.has(rule) ? [] : [rule],
  )
}
