/** Custom fields: who may write which, defaults, and values that only one account may have. */
import type { Door, OwnField } from '../../settings/own-fields.ts'
import { isText } from './given.ts'

/** Values of own fields as they are kept, by name. */
export type OwnValues = Readonly<Record<string, unknown>>

/** Ordered from the fewest rights to the most. */
const RANKS = { owner: 0, staff: 1, server: 2 } as const satisfies Record<Door, number>

/** The fields that someone at this door may write: nothing else is ever read of an input (mass assignment). */
export function writableFields(fields: readonly OwnField[], door: Door): readonly OwnField[] {
  return fields.filter(({ write }) => RANKS[write] <= RANKS[door])
}

/** The fields that someone at this door may read. */
export function readableFields(fields: readonly OwnField[], door: Door): readonly OwnField[] {
  return fields.filter(({ read }) => RANKS[read] <= RANKS[door])
}

/** What a new account has where nothing was given. */
export function withDefaults(fields: readonly OwnField[], values: OwnValues): OwnValues {
  const defaults = fields.filter(({ fallback }) => fallback !== undefined)
  return {
    ...Object.fromEntries(defaults.map(({ name, fallback }) => [name, fallback])),
    ...values,
  }
}

/** The value of a field; without a value it is the default, or as empty as Django's column would be. */
export function ownValueOf(field: OwnField, values: OwnValues | null | undefined): unknown {
  return keptUnder(values, field.name) ?? field.fallback ?? (isText(field) ? '' : null)
}

/** What is kept under a name, and not what every object has. */
function keptUnder(values: OwnValues | null | undefined, name: string): unknown {
  return Object.hasOwn(values ?? {}, name) ? values?.[name] : undefined
}

/** A value that only one account may have, as it is compared. */
export type UniqueValue = { readonly field: string; readonly folded: string }

/** Those of the values; an empty one belongs to no account. */
export function uniqueValues(
  fields: readonly OwnField[],
  values: OwnValues,
): readonly UniqueValue[] {
  return fields.flatMap(({ name, unique }) => {
    const value = keptUnder(values, name)
    if (!unique || value === undefined || value === null || value === '') return []
    return [{ field: name, folded: foldOwnValue(value) }]
  })
}

/** How values of unique fields are compared: compatible characters and cases are one (UAX #15, UTS #39 §3). */
function foldOwnValue(value: unknown): string {
  return String(value).normalize('NFKC').toLowerCase().normalize('NFKC')
}
