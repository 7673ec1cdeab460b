/** The tables of settings as data: what a setting may be and is by itself, without its meaning and its code. */
import type { Setting } from './setting.ts'
import type { Shape } from './shape.ts'

/**
 * Settings of one shape and one default, by their names with a blank between them. No shape: only the tables can read
 * it. A second default is that under `exact`; without one it is the same. `null` stands for `undefined`, as in JSON.
 */
export type PackedRow = readonly [names: string, shape: Shape | null, ...defaults: unknown[]]

/** Packs tables. */
export function packSettings(
  settings: Readonly<Record<string, Setting<unknown>>>,
): readonly PackedRow[] {
  const rows = new Map<string, [names: string, shape: Shape | null, ...defaults: unknown[]]>()
  for (const [name, { shape, default: safe, exact }] of Object.entries(settings)) {
    const defaults = safe === exact ? [safe ?? null] : [safe ?? null, exact ?? null]
    const like = JSON.stringify([shape, defaults])
    const row = rows.get(like)
    if (row === undefined) rows.set(like, [name, shape ?? null, ...defaults])
    else row[0] += ` ${name}`
  }
  return [...rows.values()]
}
