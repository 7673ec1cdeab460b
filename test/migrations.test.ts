import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-migrations-'))

afterAll(() => {
  rmSync(directory, { recursive: true })
})

test('the migrations make the schema that the code expects', async () => {
  const out = join(directory, 'drizzle')
  cpSync(join(PROJECT, 'drizzle'), out, { recursive: true })
  const before = readdirSync(out, { recursive: true })
  const { stdout } = await promisify(execFile)(
    join(PROJECT, 'node_modules/.bin/drizzle-kit'),
    [
      'generate',
      '--dialect',
      'turso',
      '--casing',
      'snake_case',
      '--schema',
      join(PROJECT, 'src/db/schema/index.ts'),
      '--out',
      'drizzle',
    ],
    { cwd: directory },
  )
  expect(stdout).toContain('No schema changes, nothing to migrate')
  expect(readdirSync(out, { recursive: true })).toEqual(before)
}, 60_000)
