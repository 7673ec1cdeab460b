import { expect } from 'vitest'
import { createService } from '../../src/service.ts'
import type { Client, Deps, LogLine } from '../../src/deps.ts'
import type { Platform } from '../../src/platform.ts'
import type { Hooks } from '../../src/hooks.ts'
import { openDeps } from '../../src/request-deps.ts'
import type { EmailMessage, SendEmail } from '../../src/email-message.ts'
import { parseSettings, type Settings } from '../../src/settings/parse.ts'
import { createClock, type Clock } from './clock.ts'
import { createFakeFetch, type DatabaseCost, type FakeFetch } from './fake-fetch.ts'
import { seedUser, type SeededUser } from './seed.ts'
import { startSqld, type Sqld } from './sqld.ts'

/** What a test says about its app. */
export type TestAppOptions = {
  /** Worker variables, over the cheap defaults of tests. */
  readonly env?: Readonly<Record<string, unknown>>
  readonly users?: readonly SeededUser[]
  readonly now?: Date
  /** `kept`: go on with the data of the app before, for a second app with other settings. */
  readonly data?: 'fresh' | 'kept'
  /** Replaces the transport that fills `mailbox`; `of settings`: what the settings choose. */
  readonly sendEmail?: SendEmail | 'of settings'
  /** What the platform tells of the client. */
  readonly client?: Partial<Client>
  /** Code that is asked before something happens. */
  readonly hooks?: Hooks
}

/** The app behind its door, with the outside world in the test's hands. */
export type TestApp = {
  readonly settings: Settings
  /** Posts JSON to a path under `URL_PREFIX`. */
  readonly post: (path: string, body?: unknown, headers?: HeadersInit) => Promise<Response>
  /** Any request; a path lies under `URL_PREFIX`, a whole URL is taken as it is. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  /** Sends a request as it is. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Mails that were sent; complete after `settle()`. */
  readonly mailbox: EmailMessage[]
  readonly outside: FakeFetch
  readonly clock: Clock
  readonly log: LogLine[]
  /** Awaits the work that answers did not wait for. */
  readonly settle: () => Promise<void>
  /** What `work` costs: `waited` when its promise is fulfilled, `total` when deferred work is done, too. */
  readonly costOf: (work: () => Promise<unknown>) => Promise<WorkCost>
  /** Dependencies of a request that is made now, for looking into the database or calling the domain. */
  readonly deps: () => Deps
}

type WorkCost = { readonly waited: DatabaseCost; readonly total: DatabaseCost }

/** As cheap as the settings allow. */
const TEST_ENV = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  PASSWORD_PBKDF2_CALLS: '1',
  PASSWORD_PBKDF2_ITERATIONS: '1000',
  // Busy machines: deadlines are shown by tests that set their own.
  DATABASE_TIMEOUT_MS: '30000',
}

/** One server for all files of a worker; apps follow each other in it. */
let server: Promise<Sqld> | undefined
const openApps: TestApp[] = []

/** What every file does after each of its tests (`each-file.ts`): an answer that nobody asked for is a mistake. */
export async function closeApps(): Promise<void> {
  for (const app of openApps.splice(0)) {
    await app.settle()
    expect(app.outside.unused(), 'answers that nobody asked for').toEqual([])
    const wasted = app.log.filter((line) => 'wasted_round_trips' in line)
    expect(wasted, 'calls that a head start made and nobody asked for').toEqual([])
  }
}

/** Starts the app on an empty database with the given users. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  server ??= startSqld()
  const sqld = await server
  if (options.data !== 'kept') await sqld.resetDatabase()
  const settings = settingsFor({ ...TEST_ENV, TURSO_DATABASE_URL: sqld.url, ...options.env })
  const clock = createClock(options.now)
  const outsideWorld = createFakeFetch(sqld.url)
  const mailbox: EmailMessage[] = []
  const log: LogLine[] = []
  let deferred: Promise<unknown>[] = []

  const outside: Platform = {
    fetch: outsideWorld.fetch,
    now: () => clock.now(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    defer: (work) => deferred.push(work),
    log: (line) => log.push(line),
    client: { address: '192.0.2.1', country: '', userAgent: '', ...options.client },
    hooks: options.hooks,
    ...(options.sendEmail === 'of settings'
      ? {}
      : { sendEmail: options.sendEmail ?? keepIn(mailbox) }),
  }
  const service = createService(settings, ({ headers }) => {
    const userAgent = headers.get('User-Agent') ?? outside.client.userAgent
    const acceptLanguage = headers.get('Accept-Language') ?? ''
    const client = { ...outside.client, userAgent, acceptLanguage }
    return { ...outside, client }
  })
  const send = async (request: Request): Promise<Response> => service.fetch(request)
  const settle = async (): Promise<void> => {
    while (deferred.length > 0) {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }
  }
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    send(new Request(urlOf(settings, path), init))

  const app: TestApp = {
    settings,
    request,
    post: (path, body, headers = {}) => request(path, postOf(body, headers)),
    fetch: send,
    mailbox,
    outside: outsideWorld,
    clock,
    log,
    settle,
    costOf: (work) => measure(outsideWorld, work, settle),
    deps: () => openDeps(settings, outside),
  }
  for (const user of options.users ?? []) await seedUser(app.deps(), user)
  openApps.push(app)
  return app
}

/**
 * What hashing costs is measured for all files of a worker, and by their clocks: where one was advanced while something
 * was hashed, it took days. That must refuse nobody whose test says nothing of the queue.
 */
function settingsFor(env: Readonly<Record<string, unknown>>): Settings {
  const settings = parseSettings(env)
  return 'PASSWORD_QUEUE_MAX_MS' in env
    ? settings
    : { ...settings, PASSWORD_QUEUE_MAX_MS: Infinity }
}

/** A user to begin with; what a test does not say does not matter to it. */
export function aUser(given: Partial<SeededUser> = {}): SeededUser {
  const username = given.username ?? 'alice'
  return {
    username,
    email: `${username}@example.com`,
    password: 'right-horse-staple',
    firstName: '',
    lastName: '',
    isActive: true,
    emailVerified: true,
    ...given,
  }
}

function keepIn(mailbox: EmailMessage[]): SendEmail {
  return (message) => {
    mailbox.push(message)
    return Promise.resolve({ kind: 'sent' })
  }
}

function urlOf({ URL_PREFIX }: Settings, path: string): string {
  if (URL.canParse(path)) return path
  return `https://auth.example.com${URL_PREFIX}${path.replace(/^\//, '')}`
}

function postOf(body: unknown, headers: HeadersInit): RequestInit {
  if (body === undefined) return { method: 'POST', headers }
  const all = new Headers(headers)
  if (!all.has('Content-Type')) all.set('Content-Type', 'application/json')
  return { method: 'POST', headers: all, body: JSON.stringify(body) }
}

/** Round trips that only deferred work makes end after the answer, so they are not `waited` for. */
async function measure(
  { databaseCost }: FakeFetch,
  work: () => Promise<unknown>,
  settle: () => Promise<void>,
): Promise<WorkCost> {
  await settle()
  const before = databaseCost()
  await work()
  const answered = databaseCost()
  await settle()
  return { waited: subtract(answered, before), total: subtract(databaseCost(), before) }
}

function subtract(after: DatabaseCost, before: DatabaseCost): DatabaseCost {
  return {
    roundTrips: after.roundTrips - before.roundTrips,
    statements: after.statements - before.statements,
  }
}
