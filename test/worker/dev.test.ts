import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort, isPortFree } from '../../src/cli/dev/ports.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
const FLAGS = ['--disable-warning=ExperimentalWarning']
const PATIENCE_MS = 180_000

const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-dev-'))
const running: ChildProcess[] = []
let port = 0

beforeAll(async () => {
  port = await findFreePort()
  const config = readFileSync(join(PROJECT, 'wrangler.toml'), 'utf8')
  // The same Worker, built where it is; only the data lies here.
  const moved = config
    .replace(/^main = "/m, `main = "${PROJECT}`)
    .replace(/^(command = ".*)(src\/tools\/)/m, `$1${PROJECT}$2`)
    .replace(/^watch_dir = "/m, `watch_dir = "${PROJECT}`)
  writeFileSync(join(directory, 'wrangler.toml'), moved)
})
afterAll(async () => {
  for (const process of running) await stop(process, 'SIGTERM')
  rmSync(directory, { recursive: true })
})

type Dev = { readonly process: ChildProcess; readonly output: () => string }

function startDev(env: Readonly<Record<string, string>> = {}): Dev {
  const hook = join(PROJECT, 'src/manage/register-wasm.mjs')
  const script = join(PROJECT, 'src/cli/main.ts')
  const child = spawn(process.execPath, [...FLAGS, '--import', hook, script, 'dev'], {
    cwd: directory,
    // What the shell says of a deployment must not be touched from here.
    env: { ...process.env, TURSO_DATABASE_URL: 'http://127.0.0.1:9', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { process: child, output: () => output }
}

async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  return child.exitCode
}

/** The ready line, or what was said instead. */
async function ready(dev: Dev): Promise<string> {
  while (dev.process.exitCode === null) {
    const line = /^Ready: .*$/m.exec(dev.output())?.[0]
    if (line !== undefined) return line
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`npm run dev ended:\n${dev.output()}`)
}

/** Does what the ready line tells to do. */
async function logIn(line: string): Promise<string> {
  const [, url = '', username = '', password = ''] =
    /curl (\S+) -d username=(\S+) -d password=(\S+)$/.exec(line) ?? []
  expect(url).toBe(`http://localhost:${port}/dj-rest-auth/login/`)
  const body = new URLSearchParams({ username, password })
  const response = await fetch(url, { method: 'POST', body })
  expect(response.status).toBe(200)
  const { key }: { readonly key: string } = await response.json()
  return key
}

async function untilFree(taken: number): Promise<void> {
  while (!(await isPortFree(taken))) await new Promise((resolve) => setTimeout(resolve, 50))
}

test(
  'serves with what it makes itself, ends with everything, and goes on with the data',
  async () => {
    const first = startDev()
    const line = await ready(first)
    const key = await logIn(line)
    expect(key).toMatch(/^[0-9a-f]{40}$/)

    const file = join(directory, '.dev.vars')
    const variables = parseEnv(readFileSync(file, 'utf8'))
    expect(Object.keys(variables).sort()).toEqual([
      'DEV_MAILBOX',
      'PUBLIC_URL',
      'SECRET_KEY',
      'TURSO_DATABASE_URL',
    ])
    expect(statSync(file).mode & 0o077).toBe(0)

    const reset = new URLSearchParams({ email: 'demo@example.com' })
    await fetch(`http://localhost:${port}/dj-rest-auth/password/reset/`, {
      method: 'POST',
      body: reset,
    })
    await expect.poll(first.output, { timeout: 10_000 }).toMatch(/^--- mail: .*Password Reset/m)

    const databasePort = Number(new URL(variables['TURSO_DATABASE_URL'] ?? '').port)
    expect(await stop(first.process, 'SIGTERM')).toBe(0)
    expect(await isPortFree(port)).toBe(true)
    expect(await isPortFree(databasePort)).toBe(true)

    const second = startDev()
    expect(await ready(second)).toBe(line)
    expect(await logIn(line)).toBe(key)
    expect(parseEnv(readFileSync(file, 'utf8'))).toEqual(variables)

    await stop(second.process, 'SIGKILL')
    await untilFree(port)
    await untilFree(databasePort)
  },
  PATIENCE_MS,
)

test('says which port is taken, and how to choose another', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  const { process: child, output } = startDev({ PORT: String(taken) })
  await once(child, 'exit')
  server.close()
  expect([child.exitCode, output()]).toEqual([
    1,
    `Port ${taken} is taken. If it is not another "npm run dev", choose one: PORT=${taken + 1} npm run dev\n`,
  ])
})
