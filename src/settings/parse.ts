/** Parses all settings, or throws one error that names every fault. */
import { settingFaults } from './check.ts'
import { RARE_CHECKS } from './rare-checks.ts'
import type { Env } from './read-plain.ts'
import { readSettings } from './read.ts'
import { wrongSettings } from './settings-error.ts'
import type { Settings } from './table.ts'

export { SettingsError } from './settings-error.ts'
export { SETTINGS, type Settings } from './table.ts'

/**
 * Reads settings and checks that they can work. Unrelated variables are ignored; a bad value, an unknown name with one
 * of our prefixes, or a near miss of a known name is a fault, and all faults are reported at once.
 *
 * @throws SettingsError
 */
export function parseSettings(variables: Env): Settings {
  const read = readSettings(variables)
  const faults = settingFaults(read, RARE_CHECKS)
  if (faults.length > 0) throw wrongSettings(faults)
  return read.settings
}
