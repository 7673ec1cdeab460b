import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSqld, type Sqld } from './sqld.ts'

let sqld: Sqld

beforeAll(async () => {
  sqld = await startSqld()
})
afterAll(() => sqld.stop())

const INSERT_USER = `insert into users (username, username_folded, password, date_joined_at)
  values (?, ?, '!', 0) returning id`

async function insertUser(name: string): Promise<unknown> {
  const { rows } = await sqld.client.execute({ sql: INSERT_USER, args: [name, name] })
  return rows[0]?.['id']
}

async function usernames(): Promise<readonly unknown[]> {
  const { rows } = await sqld.client.execute('select username from users order by id')
  return rows.map((row) => row['username'])
}

test('a reset empties every table and counts ids from 1 again', async () => {
  await sqld.resetDatabase()
  expect(await insertUser('ada')).toBe(1)
  expect(await insertUser('bob')).toBe(2)
  await sqld.resetDatabase()
  expect(await usernames()).toEqual([])
  expect(await insertUser('carl')).toBe(1)
})

test('a snapshot brings rows and counters back', async () => {
  await sqld.resetDatabase()
  await insertUser('ada')
  await insertUser('bob')
  await sqld.client.execute("delete from users where username = 'bob'")
  const snapshot = await sqld.takeSnapshot()
  for (const attempt of ['first', 'second']) {
    expect(await insertUser(attempt)).toBe(3)
    await sqld.client.execute("delete from users where username = 'ada'")
    await sqld.restoreSnapshot(snapshot)
    expect(await usernames()).toEqual(['ada'])
  }
})

test('two servers share nothing', async () => {
  const other = await startSqld()
  await sqld.resetDatabase()
  await insertUser('ada')
  expect((await other.client.execute('select * from users')).rows).toEqual([])
  await other.stop()
})

test('a process that is killed leaves neither server nor directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-killed-'))
  const module = fileURLToPath(new URL('sqld.ts', import.meta.url))
  const script = `import { startSqld } from ${JSON.stringify(module)}
    console.log((await startSqld()).url)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  expect((await fetch(`${url}/health`)).status).toBe(200)
  child.kill('SIGKILL')
  await expect.poll(() => readdirSync(directory), { timeout: 5000 }).toEqual([])
  await expect(fetch(`${url}/health`)).rejects.toThrow()
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'])
  expect(stdout).not.toContain(directory)
  rmdirSync(directory)
})
