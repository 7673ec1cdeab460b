/** Custom fields on the command line: given as options, searched for, printed. */
import { isText, type Given } from '../core/users/given.ts'
import type { OwnWanted } from '../core/users/own-fields.sql.ts'
import { readOwnValue } from '../core/users/own-values.ts'
import { ownValueOf, type OwnValues } from '../core/users/own-fields.ts'
import type { OwnInput } from '../core/users/read-own-fields.ts'
import type { OwnField } from '../settings/own-fields.ts'
import { UsageError } from './command.ts'

/** Values of own fields as a command line gives them: `plan=pro`, `profile.born=1815-12-10`, `tags=["a"]`. */
export function givenFields(fields: readonly OwnField[], pairs: readonly string[]): OwnInput {
  return Object.fromEntries(pairs.map((pair) => givenPair(fields, pair)))
}

/**
 * One `name=value`; JSON where it parses as JSON of the field's type.
 *
 * @throws UsageError for a field that is not declared
 */
function givenPair(fields: readonly OwnField[], pair: string): readonly [string, Given] {
  const at = pair.indexOf('=')
  if (at < 0) throw new UsageError(`--field is NAME=VALUE, not ${pair}.`)
  const name = pair.slice(0, at)
  const text = pair.slice(at + 1)
  const field = fields.find((one) => one.name === name)
  if (field === undefined) throw new UsageError(`USER_FIELDS declares no ${name}.`)
  if (field.type !== 'json') return [name, { kind: 'text', text }]
  try {
    const value: unknown = JSON.parse(text)
    return [name, { kind: 'other', value, text }]
  } catch {
    throw new UsageError(`The value of ${name} is no JSON.`)
  }
}

/** What accounts must have in own fields, as a command line says it. */
export function wantedFields(
  fields: readonly OwnField[],
  pairs: readonly string[],
): readonly OwnWanted[] {
  const given = givenFields(fields, pairs)
  return fields.flatMap((field) => {
    const { name, type } = field
    const own = Object.hasOwn(given, name) ? given[name] : undefined
    if (own === undefined) return []
    if (type === 'json') throw new UsageError(`${name} is JSON, and not searched.`)
    const isNothing = own.kind === 'text' && own.text === ''
    const read = isNothing ? NOTHING : readOwnValue({ ...field, required: false }, own)
    if (read.kind === 'faults') throw new UsageError(`${name} has no such value.`)
    const value = read.value ?? (isText(field) ? '' : null)
    return [{ name, value, fallback: ownValueOf(field, null) }]
  })
}

const NOTHING = { kind: 'value', value: null } as const

/** What a person or a program is shown of an account's own fields: all that are declared, by name. */
export function shownFields(
  fields: readonly OwnField[],
  values: OwnValues | null | undefined,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(fields.map((field) => [field.name, ownValueOf(field, values)]))
}
