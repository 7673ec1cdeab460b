/** The tables as data. In a bundle `src/tools/packed-settings.ts` replaces this file by what it exports. */
import { packSettings, type PackedRow } from './pack.ts'
import { SETTINGS } from './table.ts'

/** All settings. */
export const PACKED: readonly PackedRow[] = packSettings(SETTINGS)
