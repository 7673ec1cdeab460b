/** Which values are as the table has them: a check need not look at what nobody has set. */
import { DEFINITIONS } from './definitions.ts'

/** Whether a value is the one that a setting has by itself, in either mode of compatibility. */
export function isDefault(name: string, value: unknown): boolean {
  const definition = DEFINITIONS[name]
  return value === definition?.default || value === definition?.exact
}
