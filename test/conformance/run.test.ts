import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-run-'))
const readable = join(directory, 'readable')

beforeAll(() => {
  const alice = {
    op: 'create_user',
    username: 'alice',
    email: 'alice@example.com',
    password: 'right-horse',
    email_verified: true,
    token_key: '0123456789abcdef0123456789abcdef01234567',
  }
  const login = (password: string, status: number): unknown => ({
    request: {
      method: 'POST',
      path: '/dj-rest-auth/login/',
      json: { username: 'alice', password },
    },
    response: {
      status,
      json: { key: '0123456789abcdef0123456789abcdef01234567' },
      cookies: { csrftoken: { value: { $any: true } }, sessionid: { value: { $any: true } } },
    },
  })
  const scenario = (name: string, ...steps: readonly unknown[]): unknown => ({
    name,
    settings: {},
    steps: [{ seed: [alice] }, ...steps],
  })
  const scenarios = [
    scenario('right', login('right-horse', 200)),
    scenario('wrong status', login('right-horse', 201)),
    { ...Object(scenario('needy')), needs: ['telepathy'] },
  ]
  writeFileSync(join(directory, 'a.json'), JSON.stringify({ format: 1, group: 'a', scenarios }))
  const cases = [login('right-horse', 200), login('wrong-horse', 200), login('right-horse', 200)]
  const fuzz = { format: 1, name: 'fuzz b', settings: {}, setup: [{ seed: [alice] }], cases }
  writeFileSync(join(directory, 'b.json'), JSON.stringify(fuzz))
  mkdirSync(readable)
  copyFileSync(join(directory, 'a.json'), join(readable, 'a.json'))
  writeFileSync(join(directory, 'c.json'), '{"format": 1, "group": "c", ')
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

type Run = { readonly code: number; readonly lines: readonly string[] }

function run(corpus: string, ...options: readonly string[]): Promise<Run> {
  const hook = fileURLToPath(new URL('../../src/manage/register-wasm.mjs', import.meta.url))
  const script = fileURLToPath(new URL('run.ts', import.meta.url))
  const env = { ...process.env, CONFORMANCE_DIR: corpus }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', hook, script, ...options],
      { env },
      (_error, stdout) => {
        resolve({ code: child.exitCode ?? -1, lines: stdout.trim().split('\n') })
      },
    )
  })
}

test('counts what passed and failed, names the failures, and exits with 1', async () => {
  const json = join(directory, 'failures.txt')
  const { code, lines } = await run(directory, '--json', json)
  expect(code).toBe(1)
  expect(lines.at(-1)).toBe('3 passed, 4 failed')
  expect(lines.at(-3)).toBe('differences: 0')
  expect(lines.filter((line) => line.startsWith('FAIL')).sort()).toEqual([
    'FAIL a/needy (a.json), step -1: begin',
    'FAIL a/wrong status (a.json), step 1: POST /dj-rest-auth/login/',
    'FAIL c.json (c.json), step -1: read',
    'FAIL fuzz b#1 (b.json), step 0: POST /dj-rest-auth/login/',
  ])
  const at = lines.indexOf('FAIL a/wrong status (a.json), step 1: POST /dj-rest-auth/login/')
  expect(lines.slice(at + 1, at + 4)).toEqual(['  status', '    expected 201', '    actual   200'])
  const failures: unknown = JSON.parse(readFileSync(json, 'utf8'))
  expect(failures).toEqual(
    expect.arrayContaining([
      {
        id: 'a/wrong status',
        file: 'a.json',
        failure: {
          step: 1,
          what: 'POST /dj-rest-auth/login/',
          mismatches: [{ where: 'status', expected: '201', actual: '200' }],
          log: [expect.stringContaining('"status":200')],
        },
        differences: [],
      },
    ]),
  )
}, 30_000)

test('exits with 0 where everything that was asked for passes', async () => {
  const { code, lines } = await run(readable, '--filter', 'a/right', '--verbose')
  expect(lines).toContain('ok   a/right')
  expect(lines.at(-1)).toBe('1 passed, 0 failed')
  expect(code).toBe(0)
}, 30_000)

test('to match nothing is no success', async () => {
  const { code, lines } = await run(readable, '--filter', 'no such scenario')
  expect(lines.at(-1)).toBe('0 passed, 0 failed')
  expect(code).toBe(1)
}, 30_000)

test('stops at the first failure when told to', async () => {
  const { code, lines } = await run(readable, '--bail')
  expect(lines.at(-1)).toBe('1 passed, 1 failed')
  expect(code).toBe(1)
}, 30_000)
