/**
 * Imports a large Django database as a process of its own and measures it, then logs in users of every
 * kind by password, by their old token key and by their old JWT: `npm run bench:import -- --users 200000`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createService } from '../../src/service.ts'
import { platform } from '../../src/platform.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { DJANGO_SECRET_KEY, generateDjango, type DjangoSample } from '../manage/django.ts'
import { startSqld } from '../support/sqld.ts'
import { multiplyUsers } from './multiply.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const SECRET_KEY = 'a-secret-key-of-this-measurement-0123456789'

const MANAGE = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  './src/manage/register-wasm.mjs',
  'src/cli/main.ts',
  'manage',
]

const TICKS_A_SECOND = 100

/** Django writes so many; more are copies of them. */
const USERS_BY_DJANGO = 20_000

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '200000' },
    cheap: { type: 'boolean', default: false },
    'weak-hashes': { type: 'string', default: 'wrap' },
    'batch-size': { type: 'string' },
    'at-once': { type: 'string' },
    'defer-indexes': { type: 'boolean', default: false },
    /** A database that was made before, in place of one of `--users`: nobody of it is logged in at the end. */
    django: { type: 'string' },
    /** Where the files lie; of ten million users, 40 GB. */
    directory: { type: 'string', default: tmpdir() },
  },
})

process.env['TMPDIR'] = values.directory
const directory = mkdtempSync(join(values.directory, 'bench-import-'))
const sqld = await startSqld('migrated', 'moved')
try {
  const made = join(directory, 'django.sqlite3')
  const samples = values.django === undefined ? await makeDjango(made) : []
  const file = values.django ?? made
  const tuning = (['weak-hashes', 'batch-size', 'at-once'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  )
  if (values['defer-indexes']) tuning.push('--defer-indexes')
  await measure('first import', 'import-django', file, ...tuning)
  await measure('second import, nothing to do', 'import-django', file, ...tuning)
  await measure('export', 'export-django', join(directory, 'back.jsonl'))
  rmSync(join(directory, 'back.jsonl'))
  if (samples.length > 0) console.log(await logInAll(samples))
} finally {
  await sqld.stop()
  rmSync(directory, { recursive: true })
}

/** Writes as many users as were asked for into a file; answers some of them. */
async function makeDjango(file: string): Promise<readonly DjangoSample[]> {
  const begunMs = performance.now()
  const users = Number(values.users)
  const copies = Math.max(1, Math.round(users / USERS_BY_DJANGO))
  const samples = await generateDjango(
    file,
    copies === 1 ? users : USERS_BY_DJANGO,
    values.cheap ? 'cheap' : 'real',
  )
  multiplyUsers(file, copies)
  console.log(
    `${values.users} users generated in ${seconds(begunMs)} s, ${Math.round(statSync(file).size / 1_048_576)} MiB of SQLite`,
  )
  return samples
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1)
}

/** Runs a command of the tool; prints its time, and the CPU time that it and the database took. */
async function measure(what: string, ...args: readonly string[]): Promise<void> {
  const begunMs = performance.now()
  const [toolBefore, serverBefore] = [toolSeconds(), serverSeconds()]
  const tool = spawn(process.execPath, [...MANAGE, ...args, '--secrets-file', '/dev/null'], {
    cwd: root,
    env: { ...process.env, TURSO_DATABASE_URL: sqld.url, SECRET_KEY },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, peakMemoryMib(tool.pid))
  }, 200)
  const [code] = await once(tool, 'exit')
  clearInterval(timer)
  if (code !== 0) throw new Error(`${what} failed`)
  console.log(
    `${what}: ${seconds(begunMs)} s; CPU: ${(toolSeconds() - toolBefore).toFixed(1)} s of the tool (${peak} MiB at most), ` +
      `${(serverSeconds() - serverBefore).toFixed(1)} s of the database; load ${loadavg()[0]?.toFixed(1)}\n`,
  )
}

/** The most memory that a process has had so far. */
function peakMemoryMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** CPU time of processes that this one has started and that have ended. */
function toolSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND
}

/** CPU time of the database: the process that listens at its address. */
function serverSeconds(): number {
  const { host } = new URL(sqld.url)
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (!command.endsWith('/sqld') || !args.includes(host)) continue
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('the database has no process')
}

type Tally = Record<string, number>

/** Statuses by way of logging in, of users who are active and have a password. */
async function logInAll(samples: readonly DjangoSample[]): Promise<string> {
  const tally: Tally = {}
  const fetchApp = (isJwt: boolean) => {
    const settings = parseSettings({
      TURSO_DATABASE_URL: sqld.url,
      SECRET_KEY,
      SECRET_KEY_FALLBACKS: DJANGO_SECRET_KEY,
      USE_JWT: isJwt,
      ACCOUNT_RATE_LIMITS: 'false',
    })
    const client = { address: '', country: '', userAgent: '' }
    const outside = { ...platform, client, log: () => undefined, defer: () => undefined }
    return createService(settings, () => outside).fetch
  }
  const tokenApp = fetchApp(false)
  const jwtApp = fetchApp(true)
  const count = (what: string, { status }: Response): void => {
    tally[`${what}: ${status}`] = (tally[`${what}: ${status}`] ?? 0) + 1
  }
  const url = 'https://auth.example.com/dj-rest-auth/'
  for (const { username, password, kind, isActive, key, access } of samples) {
    if (!isActive) continue
    if (kind !== 'unusable') {
      const body = JSON.stringify({ username, password })
      const headers = { 'Content-Type': 'application/json' }
      const login = new Request(`${url}login/`, { method: 'POST', headers, body })
      count(`password ${kind}`, await tokenApp(login))
    }
    const get = (Authorization: string) =>
      new Request(`${url}user/`, { headers: { Authorization } })
    if (key !== null) count('token key', await tokenApp(get(`Token ${key}`)))
    count('JWT', await jwtApp(get(`Bearer ${access}`)))
  }
  return Object.entries(tally)
    .map(([what, times]) => `${what} × ${times}`)
    .join('\n')
}
