import type { ScenarioReport } from './replay.ts'

const MAX_MISMATCHES = 12
const MAX_TEXT = 600

/** A failure in a few lines: where, and what was expected and answered there. */
export function describeFailure({ id, file, failure }: ScenarioReport, verbose: boolean): string {
  if (failure === undefined) return `ok ${id}`
  const { step, what, mismatches, log } = failure
  const shown = mismatches.slice(0, MAX_MISMATCHES)
  return [
    `FAIL ${id}${file === undefined ? '' : ` (${file})`}, step ${step}: ${what}`,
    ...shown.flatMap(({ where, expected, actual }) => [
      `  ${where}`,
      `    expected ${shorten(expected)}`,
      `    actual   ${shorten(actual)}`,
    ]),
    ...(mismatches.length > shown.length ? [`  … ${mismatches.length - shown.length} more`] : []),
    ...(verbose ? log.map((line) => `  log ${line}`) : []),
  ].join('\n')
}

/** The end of the output; its last line is counted by scripts. */
export function summarise(reports: readonly ScenarioReport[], elapsedMs: number): string {
  const failed = reports.filter(({ failure }) => failure !== undefined).length
  const differing = reports.filter((report) => report.differences.length > 0).length
  return [
    `differences: ${differing}`,
    `${(elapsedMs / 1000).toFixed(1)} s`,
    `${reports.length - failed} passed, ${failed} failed`,
  ].join('\n')
}

function shorten(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text
}
