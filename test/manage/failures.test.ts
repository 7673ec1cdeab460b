import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage } from './console.ts'

let sqld: Sqld
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'failures-'))
  sqld = await startSqld()
  env = { TURSO_DATABASE_URL: sqld.url, SECRET_KEY: 'k'.repeat(40) }
  writeFileSync(join(directory, 'users.json'), '[]')
})

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

/** Every command that asks the database, as it may be called. */
const CALLS: readonly (readonly string[])[] = [
  ['purge'],
  ['createuser', 'ada', '--password', 'correct horse battery'],
  ['createsuperuser', 'ada', '--password', 'correct horse battery'],
  ['changepassword', 'ada', '--password', 'correct horse battery'],
  ['deactivate', 'ada'],
  ['activate', 'ada'],
  ['revoke', 'ada'],
  ['list-users'],
  ['audit'],
  ['audit', '--counts'],
  ['import-django', 'users.json'],
  ['export-django', '-'],
]

describe('an unmigrated database', () => {
  let empty: Sqld
  beforeAll(async () => {
    empty = await startSqld()
    const { rows } = await empty.client.execute(
      "select name from sqlite_master where type = 'table' and name not glob 'sqlite_*' and name not glob 'libsql_*'",
    )
    const drops = rows.map(({ name }) => `drop table "${String(name)}"`)
    await empty.client.executeMultiple(['pragma foreign_keys = off', ...drops].join(';\n'))
  })
  afterAll(() => empty.stop())

  test.each(CALLS.map((call) => [call]))(
    '%j: one sentence with the command that mends it',
    async (call) => {
      const args = [...call, '--database-url', empty.url]
      const ran = await manage({ env, directory }, ...args)
      expect(ran.code).toBe(1)
      expect(ran.said).toBe(
        `The database lacks a table or a column that this version needs: npm run manage -- migrate --database-url ${empty.url}\n`,
      )
    },
  )
})

describe('a database that is away', () => {
  test.each(CALLS.map((call) => [call]))('%j: says which', async (call) => {
    const args = [...call, '--database-url', 'http://127.0.0.1:1']
    const ran = await manage({ env, directory }, ...args)
    expect(ran).toMatchObject({
      code: 4,
      said: 'The database at 127.0.0.1:1 cannot be reached, or refuses the token.\n',
    })
  })

  test('hangs no longer than the deadline', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const slow = { ...env, TURSO_DATABASE_URL: `http://${host}`, DATABASE_TIMEOUT_MS: '300' }
    const startedAt = Date.now()
    const ran = await manage({ env: slow, directory }, 'list-users')
    expect(ran).toMatchObject({
      code: 4,
      said: `The database at ${host} does not answer within 0.3 s.\n`,
    })
    expect((await manage({ env: slow, directory }, 'check')).out).toContain('within 0.3 s.')
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    silent.close()
  })
})

describe('under --json', () => {
  test.each([
    [['list-users', '--page', 'x'], 2, { code: 'usage', message: '--page is a number' }],
    [['revoke', 'nobody'], 1, { code: 'failed', message: 'There is no user nobody.' }],
    [['list-users', '--nonsense'], 2, { code: 'usage', message: "Unknown option '--nonsense'" }],
    [
      ['list-users', '--database-url', 'http://127.0.0.1:1'],
      4,
      { code: 'unreachable', message: 'The database at 127.0.0.1:1' },
    ],
    [
      ['createuser', 'ada', '--password', '12345678'],
      1,
      { code: 'failed', message: 'This password is too common.' },
    ],
  ])('%j fails as an object', async (args, code, error) => {
    const ran = await manage({ env, directory }, ...args, '--json')
    expect(ran.code).toBe(code)
    expect(ran.json()).toEqual({
      error: { ...error, message: expect.stringContaining(error.message) },
    })
    expect(ran.said).toBe('')
  })

  test('wrong settings, too', async () => {
    const ran = await manage({ env: { ...env, SECRET_KEY: 'x' }, directory }, 'audit', '--json')
    expect(ran.code).toBe(3)
    expect(ran.json()).toMatchObject({ error: { code: 'settings' } })
  })
})

/** Types into the prompt of a command, on a terminal of its own; answers what it said and exited with. */
async function typeInto(args: readonly string[], ...answers: string[]): Promise<unknown> {
  const script = `
import json, os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b""
answers = ${JSON.stringify(answers)}
try:
    while True:
        chunk = os.read(terminal, 1024)
        if not chunk: break
        said += chunk
        if said.endswith(b": ") and answers:
            os.write(terminal, answers.pop(0).encode())
except OSError:
    pass
_, status = os.waitpid(pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), said.decode().replace("\\r", "")]))`
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const command = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--import',
    `${root}src/manage/register-wasm.mjs`,
    `${root}src/cli/main.ts`,
    'manage',
    ...args,
  ]
  const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', script, ...command], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...env },
  })
  return JSON.parse(stdout)
}

describe('at a prompt', { timeout: 60_000 }, () => {
  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends quietly', async (_, keys) => {
    expect(await typeInto(['createuser', 'ada'], keys)).toEqual([130, 'Password: \n'])
  })

  test('an answer is read', async () => {
    const [code, said] = (await typeInto(
      ['createuser', 'ada'],
      'one phrase\n',
      'another phrase\n',
    )) as [number, string] // what the script above prints
    expect(code).toBe(1)
    expect(said).toContain('The two passwords are not the same.')
  })
})
