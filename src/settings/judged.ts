/** Settings that some rule is about. In a bundle `src/tools/packed-settings.ts` replaces this file by what it exports. */
import { judgedNames } from './check.ts'

/** Their names, and those that were removed. */
export const JUDGED: readonly string[] = judgedNames()
