/**
 * `npm run bench:size -- --accounts 10000000 --events 100000000`: whether a full database answers as fast as an empty
 * one. Rows are made by SQL; each operation is timed on the built Worker, in turns with a database of a thousand
 * accounts. Then the cron handler deletes a minute's expired rows at a thousand logins a second.
 */
import { parseArgs } from 'node:util'
import { deleteExpired, retentionOf } from '../src/db/expired.ts'
import { openDatabase } from '../src/db/open.ts'
import { parseSettings } from '../src/settings/parse.ts'
import { startSqld, type Sqld } from '../test/support/sqld.ts'
import { median, quantile, timeEach } from './measure.ts'
import { logIn, newRunning, OPERATIONS, publicUrl, signUp, type Running } from './operations.ts'
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
const ROWS_A_STATEMENT = 50_000
/** Requests of an operation in one turn. */
const TURN = 10
const EXPIRED_A_MINUTE = 60_000
const SECRET_KEY = 'a-secret-key-of-this-measurement-0123456789'
/** Long after whatever the cron handler deletes. */
const LATER = 4_000_000_000_000

const service = (await buildSubjects()).find(({ name }) => name === 'service')
if (service === undefined) throw new Error('the service was not built')
const subject = { ...service, settings: AS_MEASURED }
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
}

async function filled(name: string, accounts: number, events: number) {
  const sqld = await startSqld()
  const port = await freePort()
  const worker = startWorker(subject, sqld.url, port)
  await worker.ready
  const running = newRunning('service', publicUrl(port))
  await signUp(running)
  const begunMs = performance.now()
  await fill(sqld, accounts, events)
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(0)
  console.log(`${name}: ${accounts} accounts, ${events} audit events, written in ${seconds} s`)
  await logIn(running)
  return { name, sqld, worker, running, accounts }
}

/** Accounts that log in by one password, with an address, a login and audit events each; a few hits that have expired. */
async function fill(sqld: Sqld, accounts: number, events: number): Promise<void> {
  await inSteps(accounts, async (from, to) => {
    const rows = numbers(from, to)
    await sqld.client
      .execute(`${rows} insert into users (username, username_folded, email, email_folded, password,
      first_name, last_name, is_active, is_staff, is_superuser, date_joined_at)
      select 'user' || n, 'user' || n, 'user' || n || '@example.com', 'user' || n || '@example.com',
        (select password from users where id = 1), '', '', 1, 0, 0, 1700000000000 from numbers`)
    await sqld.client
      .execute(`${rows} insert into email_addresses (user_id, email, email_folded, is_verified, is_primary)
      select id, email, email_folded, 1, 1 from numbers join users on username_folded = 'user' || n`)
    await sqld.client
      .execute(`${rows} insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
      select lower(hex(randomblob(16))), n + 2, 1700000000000, 1700000000000, ${LATER} from numbers`)
  })
  await inSteps(events, async (from, to) => {
    await sqld.client
      .execute(`${numbers(from, to)} insert into audit_events (kind, user_id, detail, happened_at)
      select 'login', n % ${accounts} + 2, '{"client":"0123456789abcdef0123456789abcdef"}', ${LATER} + n from numbers`)
  })
}

function numbers(from: number, to: number): string {
  return `with recursive numbers(n) as (select ${from} union all select n + 1 from numbers where n < ${to - 1})`
}

async function inSteps(
  count: number,
  write: (from: number, to: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += ROWS_A_STATEMENT) {
    await write(from, Math.min(count, from + ROWS_A_STATEMENT))
  }
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
  await inSteps(EXPIRED_A_MINUTE, async (from, to) => {
    const rows = numbers(from, to)
    await sqld.client
      .execute(`${rows} insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
      select lower(hex(randomblob(16))), n % 1000 + 2, 0, 0, n from numbers`)
    await sqld.client
      .execute(`${rows} insert into throttle_hits (key, request_id, hit_at, expires_at)
      select 'login:60:ip:' || lower(hex(randomblob(16))), lower(hex(randomblob(16))), n, n from numbers`)
  })
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
