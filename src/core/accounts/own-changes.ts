import type { Door } from '../../settings/own-fields.ts'
import type { Settings } from '../../settings/parse.ts'
import type { OwnFault, OwnInput } from '../users/own-fields.ts'
import type { OwnChanges } from '../users/own-fields.sql.ts'

/** What was given for own fields of an account, and at which door. */
export type GivenChanges = {
  readonly own: OwnInput
  readonly door: Door
  /** `whole`: those that are required must be there. */
  readonly mode: 'whole' | 'partial'
}

/** What is to be written; `undefined` where nothing is. */
export type ReadChanges = {
  readonly changes: (OwnChanges & { readonly uniqueFields: readonly string[] }) | undefined
  readonly faults: readonly OwnFault[]
}

/** Reads and checks changes of own fields: those that this door may not write are not looked at. */
export async function readChanges(
  { USER_FIELDS }: Pick<Settings, 'USER_FIELDS'>,
  { own, door, mode }: GivenChanges,
): Promise<ReadChanges> {
  if (USER_FIELDS.length === 0) return { changes: undefined, faults: [] }
  // Read where fields are declared: most deployments have none.
  const { readOwnFields, uniqueValues, writableFields } =
    await import('../users/own-fields.chunk.ts')
  const { values, faults } = readOwnFields(writableFields(USER_FIELDS, door), own, mode)
  if (faults.length > 0 || Object.keys(values).length === 0) return { changes: undefined, faults }
  const uniqueFields = USER_FIELDS.flatMap(({ name, unique }) =>
    unique && name in values ? [name] : [],
  )
  const unique = uniqueValues(USER_FIELDS, values)
  return { changes: { values, unique, uniqueFields }, faults }
}
