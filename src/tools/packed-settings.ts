/** The tables of settings in a bundle: one text, which V8 reads faster than it compiles them. */
import type { Plugin } from 'esbuild'
import { PACKED } from '../settings/packed.ts'

/** Replaces the tables by their data, where a start reads them. */
export const packedSettings: Plugin = {
  name: 'packed-settings',
  setup: (build) => {
    build.onLoad({ filter: /\/src\/settings\/packed\.ts$/ }, () => ({
      contents: `export const PACKED = JSON.parse(${JSON.stringify(JSON.stringify(PACKED))})`,
      loader: 'js',
    }))
  },
}
