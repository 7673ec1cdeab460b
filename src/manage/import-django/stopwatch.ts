/** Where the time of an import goes. */

const PHASES = {
  source: 'reading the source',
  conflicts: 'looking for conflicts',
  rows: 'making rows',
  passwords: 'wrapping weak hashes',
  database: 'waiting for the database',
} as const

/** A part of an import. */
type Phase = keyof typeof PHASES

/** Milliseconds by phase. Phases do not overlap: each is time in which nothing else was waited for. */
export type Stopwatch = {
  readonly spentMs: Readonly<Record<Phase, number>>
  readonly time: <Result>(phase: Phase, work: () => Result | Promise<Result>) => Promise<Result>
}

/** Starts at zero in every phase. */
export function createStopwatch(elapsedMs: () => number): Stopwatch {
  const spentMs = { source: 0, conflicts: 0, rows: 0, passwords: 0, database: 0 }
  return {
    spentMs,
    time: async (phase, work) => {
      const startedMs = elapsedMs()
      try {
        return await work()
      } finally {
        spentMs[phase] += elapsedMs() - startedMs
      }
    },
  }
}

/** Seconds by phase for a person, the rest as such. */
export function phasesText(spentMs: Stopwatch['spentMs'], totalSeconds: number): string {
  const parts = Object.entries(PHASES).map(
    ([phase, name]) => [name, spentMs[phase as Phase] / 1000] as const,
  )
  const rest = totalSeconds - parts.reduce((sum, [, seconds]) => sum + seconds, 0)
  return [...parts, ['the rest', rest] as const]
    .map(([name, seconds]) => `${name} ${Math.max(0, seconds).toFixed(1)} s`)
    .join(', ')
}
