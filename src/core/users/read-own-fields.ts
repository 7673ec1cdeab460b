/** Checks of what was given for custom fields. */
import type { OwnField } from '../../settings/own-fields.ts'
import type { Fault } from '../faults.ts'
import type { Given } from './given.ts'
import type { OwnValues } from './own-fields.ts'
import { readOwnValue } from './own-values.ts'

/** What someone gave for own fields, by the fields' names; what is not declared is not looked at. */
export type OwnInput = Readonly<Record<string, Given>>

/** Valid values, and what is wrong with the others. */
export type ReadOwn = { readonly values: OwnValues; readonly faults: readonly OwnFault[] }

/** What may be wrong with an own field. */
export type OwnFault = Fault & { readonly field: string }

/** Reads and checks own fields. `whole`: those that are required must be there. */
export function readOwnFields(
  fields: readonly OwnField[],
  input: OwnInput,
  mode: 'whole' | 'partial',
): ReadOwn {
  const values: Record<string, unknown> = {}
  const faults: OwnFault[] = []
  for (const field of fields) {
    const { name } = field
    const given = Object.hasOwn(input, name) ? input[name] : undefined
    if (given === undefined) {
      if (field.required && mode === 'whole') faults.push({ field: name, code: 'required' })
      continue
    }
    const read = readOwnValue(field, given)
    if (read.kind === 'value') values[name] = read.value
    else faults.push(...read.faults.map((fault) => ({ field: name, ...fault })))
  }
  return { values, faults }
}
