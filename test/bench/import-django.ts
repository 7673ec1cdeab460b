/**
 * Imports a large Django database as a process of its own and measures it, then logs in users of every
 * kind by password, by their old token key and by their old JWT: `npm run bench:import -- --users 200000`.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { createService } from '../../src/service.ts'
import { platform } from '../../src/platform.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { DJANGO_SECRET_KEY, generateDjango, type DjangoSample } from '../manage/django.ts'
import { startSqld } from '../support/sqld.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const SECRET_KEY = 'a-secret-key-of-this-measurement-0123456789'

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '200000' },
    cheap: { type: 'boolean', default: false },
  },
})

const directory = mkdtempSync(join(tmpdir(), 'bench-import-'))
const sqld = await startSqld()
try {
  const file = join(directory, 'django.sqlite3')
  const generatedMs = performance.now()
  const samples = await generateDjango(file, Number(values.users), values.cheap ? 'cheap' : 'real')
  console.log(
    `${values.users} users generated in ${seconds(generatedMs)} s, ${Math.round(statSync(file).size / 1_048_576)} MiB of SQLite`,
  )
  const importedMs = performance.now()
  const { stdout } = await importFile(file)
  console.log(`import: ${seconds(importedMs)} s, its start included\n${stdout}`)
  const againMs = performance.now()
  await importFile(file)
  console.log(`second import, nothing to do: ${seconds(againMs)} s`)
  console.log(await logInAll(samples))
} finally {
  await sqld.stop()
  rmSync(directory, { recursive: true })
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1)
}

function importFile(file: string): Promise<{ stdout: string }> {
  const args = ['run', '-s', 'manage', '--', 'import-django', file, '--secrets-file', '/dev/null']
  return promisify(execFile)('npm', args, {
    cwd: root,
    env: { ...process.env, TURSO_DATABASE_URL: sqld.url, SECRET_KEY },
  })
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
