/**
 * Whether settings are right as far as can be said without the rules, which a start would have to compile. What is not
 * seen to be right here is judged by `check.ts`.
 */
import { DEFINITIONS } from './definitions.ts'
import { isDefault } from './is-default.ts'
import { JUDGED } from './judged.ts'
import type { ReadSettings } from './read-plain.ts'
import { secretKeyFaults } from './secret-key.ts'
import { unknownName } from './unknown-names.ts'
import { USUAL_VALUES } from './usual-faults.ts'

/** Whether no rule could find a fault: defaults are right, and what else was given is right by itself. */
export function isPlainlyRight({ settings, faults, names }: ReadSettings): boolean {
  if (faults.length > 0 || settings.TURSO_DATABASE_URL === '') return false
  if (secretKeyFaults(settings).length > 0) return false
  return names.every((name) => isRight(name, Reflect.get(settings, name)))
}

function isRight(name: string, value: unknown): boolean {
  const faultOf = Object.hasOwn(USUAL_VALUES, name) ? USUAL_VALUES[name] : undefined
  if (faultOf !== undefined) {
    return isDefault(name, value) || (typeof value === 'string' && faultOf(value) === undefined)
  }
  if (JUDGED.includes(name)) return false
  return name in DEFINITIONS || unknownName(name, Object.keys(DEFINITIONS)) === undefined
}
