import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const CONFLICTS = fileURLToPath(
  new URL('../../src/manage/import-django/conflicts.ts', import.meta.url),
)
const NAMES = 150_000

/** Run by itself: how much memory a process needed at most is known of the whole process alone. */
const SCRIPT = `
  import { DatabaseSync } from 'node:sqlite'
  import { findConflicts } from ${JSON.stringify(CONFLICTS)}
  const file = process.argv.at(-1)
  const database = new DatabaseSync(file, { readOnly: true })
  const before = process.resourceUsage().maxRSS
  let found = 0
  findConflicts({ database, model: { table: 'auth_user', usernameColumn: 'username' } }, () => {
    found += 1
  })
  console.log(JSON.stringify({ found, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }))
`

test('names of another alphabet are compared in memory that does not grow with them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'import-memory-'))
  try {
    const file = join(directory, 'django.sqlite3')
    const database = new DatabaseSync(file)
    // Half a kilobyte of Cyrillic each: a hundred and fifty megabytes, were they kept.
    database.exec(`
      create table auth_user (id integer primary key, username text);
      with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${NAMES})
      insert into auth_user select n, replace(hex(zeroblob(250)), '0', 'ж') || n from numbers;
      update auth_user set username = replace(username, 'ж', 'Ж') || '1' where id = 2`)
    database.prepare('update auth_user set username = ? where id = 1').run(`${'ж'.repeat(500)}21`)
    database.close()
    const command = [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '--eval',
      SCRIPT,
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [...command, '--', file])
    const { found, mebibytes }: { found: number; mebibytes: number } = JSON.parse(stdout)
    expect(found).toBe(1)
    expect(mebibytes).toBeLessThan(100)
  } finally {
    rmSync(directory, { recursive: true })
  }
}, 60_000)
