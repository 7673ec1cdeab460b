/** Changing custom fields of an account. */
import { sql } from 'drizzle-orm'
import { batch } from '../../db/batch.ts'
import type { Deps } from '../../deps.ts'
import type { Door } from '../../settings/own-fields.ts'
import type { Settings } from '../../settings/parse.ts'
import type { OwnFault, OwnInput } from '../users/read-own-fields.ts'
import {
  changeOwnFields,
  isOwnTaken,
  selectOwnTaken,
  type OwnChanges,
} from '../users/own-fields.sql.ts'
import { loadOwnFields } from '../users/load-own-fields.ts'

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

/** Result of a change of own fields. */
export type FieldsOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'invalid'; readonly faults: readonly OwnFault[] }

/**
 * Changes custom fields on the server's behalf, including those that only staff or no user may write. One round trip;
 * nothing is written where another account has a unique value.
 */
export async function changeFields(
  { db, settings }: Pick<Deps, 'db' | 'settings'>,
  userId: number,
  own: OwnInput,
): Promise<FieldsOutcome> {
  const { changes, faults } = await readChanges(settings, { own, door: 'server', mode: 'partial' })
  if (faults.length > 0) return { kind: 'invalid', faults }
  if (changes === undefined) return { kind: 'changed' }
  const { unique, uniqueFields } = changes
  const isFree = sql`not ${isOwnTaken(unique, userId)}`
  const { taken } = await batch(db, {
    taken: unique.length === 0 ? [] : [selectOwnTaken(db, unique, userId)],
    changed: changeOwnFields(db, { ...changes, userId, uniqueFields }, isFree),
  })
  const fields = taken.flat().map(({ field }) => ({ field, code: 'not_unique' }) as const)
  return fields.length === 0 ? { kind: 'changed' } : { kind: 'invalid', faults: fields }
}

/** Reads and checks changes of custom fields; fields that this door may not write are ignored. */
export async function readChanges(
  { USER_FIELDS }: Pick<Settings, 'USER_FIELDS'>,
  { own, door, mode }: GivenChanges,
): Promise<ReadChanges> {
  if (USER_FIELDS.length === 0) return { changes: undefined, faults: [] }
  // Read where fields are declared: most deployments have none.
  const { readOwnFields, uniqueValues, writableFields } = await loadOwnFields()
  const { values, faults } = readOwnFields(writableFields(USER_FIELDS, door), own, mode)
  if (faults.length > 0 || Object.keys(values).length === 0) return { changes: undefined, faults }
  const uniqueFields = USER_FIELDS.flatMap(({ name, unique }) =>
    unique && name in values ? [name] : [],
  )
  const unique = uniqueValues(USER_FIELDS, values)
  return { changes: { values, unique, uniqueFields }, faults }
}
