import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the whole guard is at most 4 KiB, minified and compressed, and needs nothing', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/guard/guard.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
  console.log(`rest-auth-edge/guard: ${bytes} bytes`)
  expect(bytes).toBeLessThanOrEqual(4_096)
  const sources = Object.keys(metafile.inputs)
  expect(sources.filter((path) => !path.startsWith('src/guard/'))).toEqual([])
})
