/** The tables of settings in a bundle: texts of JSON, which V8 reads faster than it compiles them. */
import type { Plugin } from 'esbuild'
import { JUDGED } from '../settings/judged.ts'
import { PACKED } from '../settings/packed.ts'

/** Replaces the tables by their data, where a start reads them. */
export const packedSettings: Plugin = {
  name: 'packed-settings',
  setup: (build) => {
    build.onLoad({ filter: /\/src\/settings\/(?:judged|packed)\.ts$/ }, ({ path }) => ({
      contents: path.endsWith('judged.ts') ? dataModule({ JUDGED }) : dataModule({ PACKED }),
      loader: 'js',
    }))
  },
}

/** A module of values. */
function dataModule(values: Readonly<Record<string, unknown>>): string {
  const exported = Object.entries(values).map(
    ([name, value]) =>
      `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))})`,
  )
  return exported.join('\n')
}
