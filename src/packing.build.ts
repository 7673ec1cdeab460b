/** What the scripts that write `*.bin` have in common. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { constants, deflateRawSync } from 'node:zlib'
import { build } from 'esbuild'

const BROWSERS = ['es2022', 'chrome105', 'firefox104', 'safari15.4']

/** A script or a style with all that it imports, minified for browsers. */
export async function bundleForBrowsers(entry: URL): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: BROWSERS,
    legalComments: 'none',
  })
  return (result.outputFiles[0]?.text ?? '').trim()
}

/** Writes a value as compressed JSON, and answers its size in bytes. */
export function writePacked(file: URL, value: unknown): number {
  const packed = deflateRawSync(JSON.stringify(value), { level: constants.Z_BEST_COMPRESSION })
  writeFileSync(file, packed)
  return packed.length
}
