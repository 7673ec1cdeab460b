import type { CorpusFile, Scenario } from './corpus.ts'
import { prepareCases, runScenario, type Outcome, type RunOptions } from './scenario.ts'
import type { World } from './world.ts'

/** How one scenario or case went. */
export type ScenarioReport = Outcome & { readonly id: string; readonly file?: string }

/** `filter`: only scenarios whose id contains it. */
export type ReplayOptions = RunOptions & { readonly filter: string }

/** Replays the scenarios or cases of one corpus file, one after the other. */
export async function* replayFile(
  file: CorpusFile,
  world: World,
  options: ReplayOptions,
): AsyncGenerator<ScenarioReport> {
  const isWanted = ({ id }: Scenario): boolean => id.includes(options.filter)
  if (file.kind === 'scenarios') {
    for (const scenario of file.scenarios.filter(isWanted)) {
      yield { id: scenario.id, ...(await runScenario(scenario, world, options)) }
    }
    return
  }
  const cases = file.cases.filter(isWanted)
  if (cases.length === 0) return
  const prepared = await prepareCases(file.setup, world, options)
  if (prepared.setup.failure !== undefined) yield { id: file.setup.id, ...prepared.setup }
  for (const scenario of cases) {
    yield { id: scenario.id, ...(await prepared.run(scenario)) }
  }
}
