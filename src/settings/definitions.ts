/** What a start knows of each setting: what the tables say, without reading them. */
import type { PackedRow } from './pack.ts'
import { PACKED } from './packed.ts'
import type { Setting } from './setting.ts'

/** A setting by its data. Without a shape only the tables can read it. */
export type Definition = Pick<Setting<unknown>, 'shape' | 'default' | 'exact'>

/** All of them by name. Without a prototype, as the table is. */
export const DEFINITIONS = unpackSettings(PACKED)

/** Unpacks what `packSettings` has packed. */
function unpackSettings(rows: readonly PackedRow[]): Readonly<Record<string, Definition>> {
  const definitions = Object.create(null) as Record<string, Definition>
  for (const [names, shape, safe, exact = safe] of rows) {
    const defaults = { default: safe ?? undefined, exact: exact ?? undefined }
    const definition = shape === null ? defaults : { shape, ...defaults }
    for (const name of names.split(' ')) definitions[name] = definition
  }
  return definitions
}
