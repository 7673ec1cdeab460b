/** How the times of two kinds of requests differ. */
export type TimingReport = {
  readonly pairs: number
  readonly medianMs: number
  /** Trimmed mean of first minus second. */
  readonly differenceMs: number
  /** The same as a share of the median. */
  readonly relative: number
  /** Its standard error, as a share of the median. */
  readonly relativeError: number
  /** The difference in standard errors (Yuen's trimmed t): beyond 4 it is no accident. */
  readonly t: number
}

/** A larger share of the time would show through the network some day. */
const MAX_RELATIVE = 0.05
/** A difference of more of its standard errors is no accident. */
const MAX_T = 4

/** Whether nobody can tell one kind of request from the other by how long it takes. */
export function isUnnoticeable({ relative, t }: TimingReport): boolean {
  return Math.abs(relative) <= MAX_RELATIVE || Math.abs(t) <= MAX_T
}

/** Share cut off at each end: what the machine did meanwhile. */
const TRIM = 0.2

/** Four of these errors, beyond which a difference counts, are 3 % of the time: more pairs would tell no more. */
const PRECISE = 0.0075
/** Fewer pairs say nothing of how precise they are. */
const LEAST_PAIRS = 100
const LOOK_EVERY = 25

/**
 * Times pairs of requests, each pair in random order and right after one another, so that both meet the
 * same machine. `between` runs untimed after each request: work that answers do not wait for. It ends before `pairs`
 * where more of them would not change the verdict.
 */
export async function timePairs(
  pairs: number,
  first: (index: number) => Promise<unknown>,
  second: (index: number) => Promise<unknown>,
  between: () => Promise<void>,
): Promise<TimingReport> {
  const differences: number[] = []
  const all: number[] = []
  const time = async (work: (index: number) => Promise<unknown>, index: number) => {
    const start = performance.now()
    await work(index)
    const took = performance.now() - start
    await between()
    all.push(took)
    return took
  }
  for (let index = 0; index < pairs; index += 1) {
    const isFirstFirst = (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) < 128
    const one = isFirstFirst ? await time(first, index) : undefined
    const two = await time(second, index)
    differences.push((one ?? (await time(first, index))) - two)
    const isLook = index + 1 >= LEAST_PAIRS && (index + 1) % LOOK_EVERY === 0
    if (isLook && isDecided(summarize(differences, all))) break
  }
  return summarize(differences, all)
}

/** Known precisely, however large it is; or within the bound even if it were larger by more than any accident. */
function isDecided({ relative, relativeError }: TimingReport): boolean {
  return relativeError <= PRECISE || Math.abs(relative) + MAX_T * relativeError <= MAX_RELATIVE
}

function summarize(differences: readonly number[], all: readonly number[]): TimingReport {
  const sorted = [...differences].sort((a, b) => a - b)
  const cut = Math.floor(sorted.length * TRIM)
  const kept = sorted.slice(cut, sorted.length - cut)
  const mean = average(kept)
  // Winsorized variance, as Yuen's test has it.
  const winsorized = sorted.map((value) =>
    Math.min(Math.max(value, kept[0] ?? value), kept.at(-1) ?? value),
  )
  const center = average(winsorized)
  const variance = average(winsorized.map((value) => (value - center) ** 2))
  const error = Math.sqrt(variance) / ((1 - 2 * TRIM) * Math.sqrt(sorted.length))
  const medianMs = [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
  return {
    pairs: differences.length,
    medianMs,
    differenceMs: mean,
    relative: mean / medianMs,
    relativeError: error / medianMs,
    t: mean / error,
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
