/**
 * What a database at a distance costs an import: rows a second by rows a batch and by batches under way at once, each
 * import into an empty database behind a proxy that delays: `npm run bench:import-far -- --users 20000 --ms 30`.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { startFarDatabase } from '../../bench/database.ts'
import { table } from '../../bench/report.ts'
import { generateDjango } from '../manage/django.ts'

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    ms: { type: 'string', default: '30' },
    sizes: { type: 'string', default: '250,1000,4000,10000' },
    'at-once': { type: 'string', default: '1,2,4,8' },
  },
})
const root = fileURLToPath(new URL('../../', import.meta.url))
const sizes = values.sizes.split(',')
const numbers = values['at-once'].split(',')

const directory = mkdtempSync(join(tmpdir(), 'bench-import-far-'))
const far = await startFarDatabase()
try {
  const file = join(directory, 'django.sqlite3')
  await generateDjango(file, Number(values.users), 'real')
  const rows: string[][] = []
  for (const size of sizes) {
    const rates: string[] = []
    for (const atOnce of numbers) {
      await far.sqld.resetDatabase()
      rates.push(await importRate(file, size, atOnce))
    }
    rows.push([size, ...rates])
  }
  table(
    `Rows a second into a database ${values.ms} ms away, ${values.users} users (load ${loadavg()[0]?.toFixed(0)})`,
    ['rows a batch', ...numbers.map((number) => `${number} at once`)],
    rows,
  )
} finally {
  await far.stop()
  rmSync(directory, { recursive: true })
}

/** Of one import, without the start of its process. */
async function importRate(file: string, size: string, atOnce: string): Promise<string> {
  const args = ['run', '-s', 'manage', '--', 'import-django', file, '--secrets-file', '/dev/null']
  const tuning = ['--weak-hashes', 'keep', '--batch-size', size, '--at-once', atOnce, '--json']
  far.delayMs = Number(values.ms)
  const { stdout } = await promisify(execFile)('npm', [...args, ...tuning], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...process.env,
      TURSO_DATABASE_URL: far.url,
      SECRET_KEY: 'a-secret-key-of-this-measurement-0123456789',
    },
  })
  far.delayMs = 0
  const summary: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  if (typeof summary !== 'object' || summary === null || !('rowsPerSecond' in summary)) {
    throw new Error('no summary')
  }
  return Number(summary.rowsPerSecond).toLocaleString('en')
}
