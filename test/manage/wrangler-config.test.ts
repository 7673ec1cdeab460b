import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readWranglerConfig } from '../../src/manage/wrangler-config.ts'

function read(text: string): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'wrangler-config-'))
  writeFileSync(join(directory, 'wrangler.jsonc'), text)
  return readWranglerConfig(directory)
}

test('reads JSON with comments and trailing commas, and texts as they are', () => {
  const text = `{
  // a name, and "a quote"
  "name": "auth", /* },] */
  "vars": { "A": "//no, } comment", "B": "say \\"hi\\", ok", "C": [1, 2,], },
}`
  expect(read(text)).toEqual({
    name: 'auth',
    vars: { A: '//no, } comment', B: 'say "hi", ok', C: [1, 2] },
  })
})

test.each(['{"a": "open', '/* open', '{"a": 1, // open'])(
  'names what cannot be read: %s',
  (text) => {
    expect(() => read(text)).toThrow(/^wrangler\.jsonc cannot be read: /)
  },
)
