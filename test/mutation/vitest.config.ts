import { mergeConfig } from 'vitest/config'
import { binaryModules } from '../vitest.config.ts'

const include: unknown = JSON.parse(process.env['MUTATION_TESTS'] ?? '[]')

/** The tests of one subject, which `run.ts` names: each change is tried on them alone. */
export default mergeConfig(
  { plugins: [binaryModules] },
  {
    test: {
      include,
      setupFiles: ['test/support/each-file.ts'],
      silent: true,
      testTimeout: 20_000,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    },
  },
)
