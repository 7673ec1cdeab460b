/**
 * `npm run bench:size -- --accounts 10000000 --events 100000000`: whether a full database answers as fast as an empty
 * one. The file is made by SQL, in the system's directory for them or `TMPDIR`; each operation is timed on the built Worker, in turns with a database of a thousand
 * accounts. Then the cron handler deletes a minute's expired rows at a thousand logins a second.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { deleteExpired, retentionOf } from '../src/db/expired.ts'
import { openDatabase } from '../src/db/open.ts'
import { parseSettings } from '../src/settings/parse.ts'
import { startSqld, type Sqld } from '../test/support/sqld.ts'
import { fillDatabase } from './filled-database.ts'
import { median, quantile, timeEach } from './measure.ts'
import {
  logIn,
  newRunning,
  OPERATIONS,
  PASSWORD,
  publicUrl,
  signUp,
  type Running,
} from './operations.ts'
import { hashPassword } from './password.ts'
import { freePort, table } from './report.ts'
import { AS_MEASURED, buildSubjects, startWorker } from './subjects.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '20' },
  },
})
const SMALL = 1000
/** Requests of an operation in one turn. */
const TURN = 10
const EXPIRED_A_MINUTE = 60_000
const SECRET_KEY = 'a-secret-key-of-this-measurement-0123456789'
/** Long after whatever the cron handler deletes. */
const LATER = 4_000_000_000_000

const service = (await buildSubjects()).find(({ name }) => name === 'service')
if (service === undefined) throw new Error('the service was not built')
const subject = { ...service, settings: AS_MEASURED }
const directory = mkdtempSync(join(tmpdir(), 'bench-size-'))
const passwordHash = await hashPassword(PASSWORD)
const small = await filled('1,000 accounts', SMALL, SMALL)
const large = await filled(
  'as many as were asked for',
  Number(values.accounts),
  Number(values.events),
)
try {
  await reportOperations()
  await reportCron(large.sqld)
} finally {
  for (const { worker, sqld } of [small, large]) {
    await worker.dispose()
    await sqld.stop()
  }
  rmSync(directory, { recursive: true })
}

async function filled(name: string, accounts: number, events: number) {
  const begunMs = performance.now()
  const file = join(directory, 'data')
  fillDatabase(file, { accounts, events, passwordHash, laterMs: LATER })
  const mebibytes = (statSync(file).size / 2 ** 20).toFixed(0)
  const sqld = await startSqld({ file }, 'moved')
  const port = await freePort()
  const worker = startWorker(subject, sqld.url, port)
  await worker.ready
  const running = newRunning('service', publicUrl(port))
  await signUp(running)
  await logIn(running)
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(0)
  console.log(
    `${name}: ${accounts} accounts, ${events} audit events, ${mebibytes} MiB, made in ${seconds} s`,
  )
  return { name, sqld, worker, running, accounts }
}

async function reportOperations(): Promise<void> {
  const rows: string[][] = []
  for (const [name, sendOf] of [...own(), ['registration', register] as const]) {
    // Filling a large database takes longer than an access token lives.
    for (const { running } of [small, large]) await logIn(running)
    const times = new Map([small, large].map((one) => [one, [] as number[]]))
    for (let round = -1; round < Number(values.rounds); round += 1) {
      for (const [one, known] of times) {
        const send = sendOf(one.running, one.accounts)
        const measured = await timeEach(send, TURN)
        if (round >= 0) known.push(...measured)
      }
    }
    const [few = [], many = []] = [...times.values()]
    const middles = [median(few), median(many)] as const
    rows.push([
      name,
      ...middles.map((value) => `${value.toFixed(2)} ms`),
      `${(middles[1] / middles[0]).toFixed(2)}×`,
      `${quantile(many, 0.95).toFixed(2)} ms`,
    ])
  }
  const head = ['', 'of 1,000', `of ${values.accounts}`, 'ratio', '95 % there']
  table(`Latency by size, ${values.events} audit events`, head, rows)
}

type SendOf = (running: Running, accounts: number) => () => Promise<Response>

/** The operations, the login by accounts at random. */
function own(): readonly (readonly [string, SendOf])[] {
  return OPERATIONS.map(({ name, send }) => [
    name,
    (running, accounts) => {
      const ask = send(running)
      if (ask === undefined) throw new Error(`no ${name}`)
      if (name !== 'login') return ask
      return () => {
        running.username = `user${Math.floor(Math.random() * accounts)}`
        return ask()
      }
    },
  ])
}

function register(running: Running): () => Promise<Response> {
  return async () => {
    const name = `new${process.hrtime.bigint()}`
    await signUp(running, { name, email: `${name}@example.com` })
    return new Response()
  }
}

/** A minute of a thousand logins a second, a day later: their hits and families have expired. */
async function reportCron(sqld: Sqld): Promise<void> {
  const numbers = `with recursive numbers(n) as
    (select 0 union all select n + 1 from numbers where n < ${EXPIRED_A_MINUTE - 1})`
  await sqld.client
    .execute(`${numbers} insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
      select lower(hex(randomblob(16))), n % 1000 + 1, 0, 0, n from numbers`)
  await sqld.client
    .execute(`${numbers} insert into throttle_hits (key, request_id, hit_at, expires_at)
      select 'login:60:ip:' || lower(hex(randomblob(16))), lower(hex(randomblob(16))), n, n from numbers`)
  const db = openDatabase({ url: sqld.url, authToken: undefined, timeoutMs: 30_000, fetch })
  const retention = retentionOf(
    parseSettings({ ...AS_MEASURED, TURSO_DATABASE_URL: sqld.url, SECRET_KEY }),
  )
  const rows: string[][] = []
  for (let run = 1; run <= 10; run += 1) {
    const begunMs = performance.now()
    const deleted = await deleteExpired(db, new Date(), retention)
    rows.push([String(run), String(deleted), ((performance.now() - begunMs) / 1000).toFixed(1)])
    if (deleted === 0) break
  }
  const title = `${EXPIRED_A_MINUTE} logins have expired: each run of the cron handler deletes`
  table(title, ['run', 'rows', 'seconds'], rows)
}
