/**
 * Opens the dependencies of one request: database, deferred work, mail, clock, randomness. Deferred writes go out
 * in one batch after the answer.
 */
import { callBeforeMail, asksBeforeMail } from './core/hooks/call.ts'
import type { HookDeps } from './core/hooks/hook-deps.ts'
import { databaseCode } from './db/constraint.ts'
import { callsAfter, type BegunCall, type CallsAfter } from './db/begun.ts'
import { databaseOver, type Database } from './db/open.ts'
import { reachDatabase, type Reached } from './db/reach.ts'
import { errorClass, type Deps } from './deps.ts'
import type { SendBatch, SendEmail } from './email-message.ts'
import { letIoProceed } from './let-io-proceed.ts'
import type { Platform } from './platform.ts'
import { missingForMail, wantedTransports } from './settings/mail-transports.ts'
import { missingMailLink } from './settings/mail-links.ts'
import type { Settings } from './settings/parse.ts'
import { loadMail } from './core/mail/load-mail.ts'

/**
 * No client waits for writes after the response: they have more deadlines than one, within the platform's 30 seconds.
 */
const DEFERRED_DEADLINES = 5
const DEFERRED_TIMEOUT_MS = 25_000

/** What was begun for a request before its dependencies are made. */
export type Begun = {
  readonly now: Date
  readonly reached: Reached
  readonly call: BegunCall
}

/** The dependencies, and whether a call that was begun for the request is one that it has not asked for. */
export type OpenedDeps = Deps & { readonly wastesCall: () => boolean }

/**
 * Makes the dependencies of one request. Opens no connection. Apart from the types of `deps.ts`, because what
 * it needs takes an isolate long to read, and answers without it come first (a preflight).
 */
export function openDeps(settings: Settings, platform: Platform, begun?: Begun): OpenedDeps {
  const now = begun?.now ?? platform.now()
  const reached = begun?.reached ?? reachDatabase(settings, platform)
  const database = openingDatabase(settings, reached, begun?.call)
  const { defer, deferWrites } = afterAnswer(settings, platform, database.open)
  const transport =
    platform.sendEmail === undefined
      ? chooseTransport(settings, platform, { db: database.db, now })
      : { sendEmail: platform.sendEmail }
  const mail = askingFirst(transport, { ...platform, settings, now })
  return {
    settings,
    now,
    elapsedMs: () => platform.now().getTime() - now.getTime(),
    randomBytes: platform.randomBytes,
    fetch: platform.fetch,
    // Opened on first use: many responses need no database.
    get db() {
      return database.db()
    },
    hasHeadStart: begun !== undefined,
    sendEmail: mail.sendEmail,
    sendBatch: mail.sendBatch,
    defer,
    deferWrites,
    log: platform.log,
    client: platform.client,
    hooks: platform.hooks,
    bound: platform.bound,
    roundTrips: reached.roundTrips,
    timings: reached.timings,
    wastesCall: database.wastesCall,
  }
}

/** The request's database, opened on first use; its first call may be under way already. */
function openingDatabase(settings: Settings, reached: Reached, begun: BegunCall | undefined) {
  let database: Database | undefined
  let after: CallsAfter | undefined
  const open = (timeoutMs: number): Database => databaseOver(reached.open(timeoutMs))
  const first = (timeoutMs: number): Database => {
    if (begun === undefined) return open(timeoutMs)
    after = callsAfter(reached.open(timeoutMs), begun)
    return databaseOver(after)
  }
  return {
    open,
    db: (): Database => (database ??= first(settings.DATABASE_TIMEOUT_MS)),
    wastesCall: () => begun !== undefined && after?.isTaken() !== true,
  }
}

/** Work that the answer does not wait for; what fails there is logged. */
function afterAnswer(
  settings: Settings,
  platform: Platform,
  open: (timeoutMs: number) => Database,
): Pick<Deps, 'defer' | 'deferWrites'> {
  const finish = (work: Promise<unknown>): void => {
    platform.defer(
      work.catch((error: unknown) => {
        platform.log({
          level: 'error',
          event: 'deferred_work_failed',
          error: errorClass(error),
          code: databaseCode(error),
        })
      }),
    )
  }
  const writes: Parameters<Deps['deferWrites']>[0][] = []
  const write = async (): Promise<void> => {
    // Not a task later: who has the answer may ask for what is written (the list of logins).
    await platform.answered
    if (writes.some((one) => typeof one === 'function')) await letIoProceed()
    const made = writes.splice(0).map(async (one) => (typeof one === 'function' ? one() : one))
    const [first, ...rest] = (await Promise.all(made)).flat()
    if (first === undefined) return
    const timeoutMs = settings.DATABASE_TIMEOUT_MS
    const patienceMs = Math.min(DEFERRED_DEADLINES * timeoutMs, DEFERRED_TIMEOUT_MS)
    await open(Math.max(timeoutMs, patienceMs)).batch([first, ...rest])
  }
  return {
    defer: (work) => {
      finish(whenAnswered(platform, work))
    },
    deferWrites: (statements) => {
      writes.push(statements)
      if (writes.length === 1) finish(write())
    },
  }
}

/** What begins at once would share the processor with the answer, and whoever measures would see what it is. */
async function whenAnswered(
  { answered }: Pick<Platform, 'answered'>,
  work: () => Promise<unknown>,
): Promise<void> {
  await answered
  // The next task of the isolate.
  await letIoProceed()
  await work()
}

/** Where a hook is asked about mails, each is asked about, and goes by itself. */
function askingFirst(mail: Mail, deps: HookDeps): Mail {
  const { sendEmail } = mail
  if (sendEmail === undefined || !asksBeforeMail(deps)) return mail
  return {
    sendEmail: async (message) => {
      // The key begins with the kind of the mail.
      const kind = /^[a-z_]+/.exec(message.idempotencyKey)?.[0] ?? ''
      const verdict = await callBeforeMail(deps, { kind, to: message.to })
      if (verdict === 'send') return sendEmail(message)
      return verdict === 'drop'
        ? { kind: 'refused', reason: 'a hook says no' }
        : { kind: 'failed', reason: 'a hook does not answer' }
    },
  }
}

type Mail = { readonly sendEmail?: SendEmail; readonly sendBatch?: SendBatch }

function chooseTransport(
  settings: Settings,
  platform: Platform,
  mailbox: { readonly db: () => Database; readonly now: Date },
): Mail {
  if (wantedTransports(settings).length > 0) {
    const missing = missingForMail(settings) ?? missingMailLink(settings)
    return missing === undefined && isBound(settings, platform)
      ? chooseTransportsLater(settings, platform)
      : {}
  }
  // What mails say is worth an account: nowhere but in development may it be logged.
  if (!settings.DEV_MAILBOX) return {}
  return {
    sendEmail: async (message) => {
      platform.log({ level: 'info', event: 'email', subject: message.subject, text: message.text })
      const { keepInMailbox } = await loadMail()
      return keepInMailbox({ db: mailbox.db(), now: mailbox.now }, message)
    },
  }
}

/** Cloudflare's transport alone has no alternative where its binding is missing. */
function isBound(settings: Settings, { email }: Platform): boolean {
  return email !== undefined || wantedTransports(settings).some((name) => name !== 'cloudflare')
}

/** Transports are read with the first mail, which is after an answer. */
function chooseTransportsLater(settings: Settings, platform: Platform): Mail {
  const { fetch, log, now, email } = platform
  const open = async () => {
    const { chooseTransports } = await loadMail()
    return chooseTransports({ settings, fetch, log, now, email })
  }
  const sendEmail: SendEmail = async (message) => (await open()).send(message)
  if (wantedTransports(settings)[0] !== 'resend') return { sendEmail }
  return {
    sendEmail,
    sendBatch: async (messages, key) => {
      const { sendBatch } = await open()
      return sendBatch?.(messages, key) ?? { kind: 'held', reason: 'no transport for many' }
    },
  }
}
