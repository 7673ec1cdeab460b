import type { ResultSet } from '@libsql/client/http'
import { createService } from '../../src/service.ts'
import type { Deps, LogLine } from '../../src/deps.ts'
import type { Platform } from '../../src/platform.ts'
import { openDeps } from '../../src/request-deps.ts'
import { createHrana } from '../../src/db/hrana.ts'
import { deliverWaitingEmails } from '../../src/core/mail/deliver-later.ts'
import { verifyPassword } from '../../src/core/passwords/passwords.ts'
import { parseSettings, type Settings } from '../../src/settings/parse.ts'
import { databaseTransport, requestToDatabase } from '../support/database-fetch.ts'
import { createClock, type Clock } from '../support/clock.ts'
import { startFakeResend, type FakeResend } from '../support/fake-resend.ts'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'

/** The app between two proxies: one before its database, one before its mail provider. */
export type FaultWorld = {
  readonly settings: Settings
  readonly database: FaultProxy
  readonly mail: FaultProxy
  readonly provider: FakeResend
  readonly clock: Clock
  readonly log: LogLine[]
  readonly send: (request: Request) => Promise<Response>
  /** Awaits what answers did not wait for. */
  readonly settle: () => Promise<void>
  /** Dependencies whose database is reached past the proxy. */
  readonly deps: () => Deps
  /** Lets the cron handler send what waits, as often as it takes. */
  readonly deliver: () => Promise<void>
  readonly summary: () => Promise<Summary>
  /** Mails that the database was ever told to send, and those that wait. */
  readonly mails: () => Promise<{ readonly causes: number; readonly waiting: number }>
}

/** What an operation changes, without what is random or only noted afterwards. */
export type Summary = Readonly<Record<string, unknown>>

/** The servers, started once; worlds follow each other in them. */
export type FaultServers = {
  readonly sqld: Sqld
  readonly provider: FakeResend
  readonly database: FaultProxy
  readonly mail: FaultProxy
  readonly stop: () => Promise<void>
}

/** Long enough for a busy machine, short enough to wait for. */
const DATABASE_TIMEOUT_MS = 900
const MAIL_TIMEOUT_MS = 900

async function startFaultServers(): Promise<FaultServers> {
  const [sqld, provider] = await Promise.all([startSqld(), startFakeResend()])
  const [database, mail] = await Promise.all([
    startFaultProxy(sqld.url),
    startFaultProxy(provider.url),
  ])
  return {
    sqld,
    provider,
    database,
    mail,
    stop: async () => {
      await Promise.all([database.stop(), mail.stop(), provider.stop(), sqld.stop()])
    },
  }
}

/** Several sets of servers, each in the hands of one at a time: most of the time is waiting. */
export type ServerPool = {
  readonly use: <Result>(work: (servers: FaultServers) => Promise<Result>) => Promise<Result>
  readonly stop: () => Promise<void>
}

export async function startServerPool(size: number): Promise<ServerPool> {
  const all = await Promise.all(Array.from({ length: size }, () => startFaultServers()))
  const free = [...all]
  const waiting: ((servers: FaultServers) => void)[] = []
  return {
    use: async (work) => {
      const servers =
        free.pop() ?? (await new Promise<FaultServers>((resolve) => waiting.push(resolve)))
      try {
        return await work(servers)
      } finally {
        const next = waiting.shift()
        if (next === undefined) free.push(servers)
        else next(servers)
      }
    },
    stop: async () => {
      await Promise.all(all.map((servers) => servers.stop()))
    },
  }
}

/** An app on an empty database, with nothing wrong yet. `elsewhere`: who answers at other addresses. */
export async function createFaultWorld(
  servers: FaultServers,
  env: Readonly<Record<string, unknown>>,
  elsewhere: typeof fetch = fetch,
): Promise<FaultWorld> {
  const { sqld, provider, database, mail } = servers
  await sqld.resetDatabase()
  provider.taken.length = 0
  database.choose(() => ({ kind: 'none' }))
  mail.choose(() => ({ kind: 'none' }))
  const settings = parseSettings({
    SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
    PASSWORD_QUEUE_MAX_MS: '600000',
    PUBLIC_URL: 'https://auth.example.com',
    RESEND_API_KEY: 're_test',
    DATABASE_TIMEOUT_MS: String(DATABASE_TIMEOUT_MS),
    ...env,
    TURSO_DATABASE_URL: database.url,
  })
  const clock = createClock()
  const log: LogLine[] = []
  let deferred: Promise<unknown>[] = []
  const outside: Platform = {
    fetch: (input, init) =>
      fetchThrough(
        {
          database,
          databaseUrl: sqld.url,
          mailUrl: mail.url,
          fallbackUrl: provider.url,
          elsewhere,
        },
        input,
        init,
      ),
    now: () => clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => deferred.push(work),
    log: (line) => log.push(line),
    client: { address: '192.0.2.1', country: '', userAgent: '' },
  }
  const service = createService(settings, () => outside)
  const settle = async (): Promise<void> => {
    while (deferred.length > 0) {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }
  }
  const deps = (): Deps => openDeps({ ...settings, TURSO_DATABASE_URL: sqld.url }, outside)
  return {
    settings,
    database,
    mail,
    provider,
    clock,
    log,
    send: async (request) => service.fetch(request),
    settle,
    deps,
    deliver: async () => {
      for (let run = 0; run < 5; run += 1) {
        clock.advance(7 * 3600)
        // Everything that waits is due by then.
        if ((await deliverWaitingEmails(deps())) === 0) return
      }
    },
    summary: () => summarize(sqld, deps()),
    mails: async () => {
      const [result] = await look(sqld, [MAILS_QUERY])
      const { causes, waiting } = { ...result?.rows[0] }
      return { causes: Number(causes), waiting: Number(waiting) }
    },
  }
}

type Route = {
  readonly database: FaultProxy
  /** Past the proxy. */
  readonly databaseUrl: string
  readonly mailUrl: string
  /** Where a second transport is, which nothing happens to. */
  readonly fallbackUrl: string
  readonly elsewhere: typeof fetch
}

/** Resend's address is that of the proxy before it; its deadline is shortened to what a test can wait for. */
async function fetchThrough(
  { database, databaseUrl, mailUrl, fallbackUrl, elsewhere }: Route,
  ...[input, init]: Parameters<typeof fetch>
): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.href.startsWith(databaseUrl)) {
    return databaseTransport.send(await requestToDatabase(input, init))
  }
  const past = url.href.startsWith(database.url) ? database.passed() : undefined
  if (past !== undefined) {
    const request = await requestToDatabase(input, init)
    return databaseTransport.send({ ...request, url: past + url.pathname })
  }
  // As it came: a signal that is wrapped once too often is lost to Node's garbage collector.
  if (url.hostname === '127.0.0.1') return fetch(input, init)
  if (url.hostname === 'api.postmarkapp.com') {
    return fetch(new Request(`${fallbackUrl}/postmark`, new Request(input, init)))
  }
  if (url.hostname !== 'api.resend.com') return elsewhere(input, init)
  const request = new Request(input, init)
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(MAIL_TIMEOUT_MS)])
  return fetch(new Request(mailUrl + url.pathname, request), { signal })
}

/** Passwords that the operations set and change. */
export const OLD_PASSWORD = 'right-horse-staple'
export const NEW_PASSWORD = 'a-brand-new-phrase'

const SUMMARY_QUERIES = [
  'select username, email, first_name, is_active, tokens_revoked_at is not null as revoked, password from users order by id',
  'select user_id, provider, uid from social_accounts order by id',
  'select user_id, email, is_verified, is_primary from email_addresses order by id',
  `select (select count(*) from webhook_deliveries) as told,
    (select count(*) from webhook_deliveries where failed_at is not null) as given_up,
    (select count(*) from group_members) as members, (select sum(is_staff) from users) as staff,
    (select count(*) from invitations where revoked_at is null) as invited,
    (select count(*) from suppressed_addresses) as stopped,
    (select count(*) from auth_tokens) as tokens, (select count(*) > 0 from sessions) as has_session,
    (select count(*) from spent_refresh_tokens) as spent,
    (select count(*) from refresh_families where revoked_at is not null) as ended`,
  `select (select count(*) from totp_devices) as apps, (select max(last_step) from totp_devices) as step,
    (select count(*) from recovery_codes where used_at is not null) as codes_used,
    (select count(*) from passkeys) as passkeys, (select max(sign_count) from passkeys) as sign_count,
    (select count(*) from recent_proofs where how = 'totp') as proofs`,
] as const

const MAILS_QUERY =
  "select (select seq from sqlite_sequence where name = 'email_outbox') as causes, (select count(*) from email_outbox) as waiting"

/** Past the official client, which takes a connection of its own each time: it was a tenth of the matrix. */
async function look({ url }: Sqld, queries: readonly string[]): Promise<readonly ResultSet[]> {
  const database = createHrana({
    url,
    authToken: undefined,
    fetch: async (...request) => databaseTransport.send(await requestToDatabase(...request)),
  })
  return database.batch(queries, new AbortController().signal)
}

async function summarize(sqld: Sqld, deps: Deps): Promise<Summary> {
  const results = await look(sqld, SUMMARY_QUERIES)
  const [users, social, addresses, counts, factors] = results.map(({ rows, columns }) =>
    rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]]))),
  )
  return {
    users: await Promise.all(
      (users ?? []).map(async ({ password, ...user }) => {
        const isNew = await verifyPassword(deps, NEW_PASSWORD, String(password))
        return { ...user, password: isNew.kind === 'correct' ? 'new' : 'old' }
      }),
    ),
    social,
    addresses,
    counts,
    factors,
  }
}
