import { keepDevEmail } from './db/dev-mailbox.ts'
import { openDatabase, type Database, type Statement } from './db/open.ts'
import type { EmailMessage, SendEmail, SendOutcome } from './email/message.ts'
import { sendByResend } from './email/resend.ts'
import type { Settings } from './settings/parse.ts'

/** The outside world of one request (STYLE: everything impure enters here). */
export type Deps = {
  readonly settings: Settings
  /** Taken when the request starts, so that every time in a request agrees. */
  readonly now: Date
  /** Milliseconds since the request began. */
  readonly elapsedMs: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** Outbound HTTP to providers; the caller gives the deadline as `signal`. */
  readonly fetch: typeof fetch
  readonly db: Database
  /** Absent where nothing is set up that sends: mails wait in the outbox. */
  readonly sendEmail: SendEmail | undefined
  /** Work that the answer must not wait for, or reveal by its timing. A rejection is logged. */
  readonly defer: (work: Promise<unknown>) => void
  /**
   * Writes that the answer does not wait for. Those of one request go to the database together, after the
   * answer: one round trip, one commit.
   */
  readonly deferWrites: (statements: Statements) => void
  /** One line of the log. */
  readonly log: (line: LogLine) => void
  readonly client: Client
  /** Whether the client's address sends far more than anybody should; decided without the database. */
  readonly isFlooding: () => Promise<boolean>
  /** Sequential database round trips so far. */
  readonly roundTrips: () => number
}

/** Statements of a batch, or what will have made them. */
type Statements = readonly Statement[] | Promise<readonly Statement[]>

/** What the platform tells of the client; nothing in it is the client's to forge but the user agent. */
export type Client = {
  /** `CF-Connecting-IP`. */
  readonly address: string
  /** ISO 3166-1 code, empty when unknown. */
  readonly country: string
  /** At most 255 characters. */
  readonly userAgent: string
  /** `Accept-Language`, absent where nobody asks in a language. */
  readonly acceptLanguage?: string
}

/** A JSON log line. Holds no secrets, addresses or bodies. */
export type LogLine = Readonly<Record<string, string | number | boolean | undefined>>

/** What `openDeps` cannot make itself: the platform, or a test in its place. */
export type Outside = {
  readonly fetch: typeof fetch
  readonly now: () => Date
  readonly randomBytes: (length: number) => Uint8Array
  readonly defer: (work: Promise<unknown>) => void
  readonly log: (line: LogLine) => void
  readonly client: Client
  /** Fulfilled when the answer is made; absent where there is none to wait for. */
  readonly answered?: Promise<void> | undefined
  /** Cloudflare's rate-limit binding, where it is configured: false for a key that is over its limit. */
  readonly limitFlood?: ((key: string) => Promise<boolean>) | undefined
  /** Replaces the transport that the settings choose. */
  readonly sendEmail?: SendEmail
}

const MAIL_TIMEOUT_MS = 10_000

/** Makes the dependencies of one request. Opens no connection. */
export function openDeps(settings: Settings, outside: Outside): Deps {
  const now = outside.now()
  let roundTrips = 0
  const databaseFetch: typeof fetch = (input, init) => {
    roundTrips += 1
    return outside.fetch(input, {
      ...init,
      signal: AbortSignal.timeout(settings.DATABASE_TIMEOUT_MS),
    })
  }
  let database: Database | undefined
  const db = (): Database =>
    (database ??= openDatabase({
      url: settings.TURSO_DATABASE_URL,
      authToken: settings.TURSO_AUTH_TOKEN,
      fetch: databaseFetch,
    }))
  const defer = (work: Promise<unknown>): void => {
    outside.defer(
      work.catch((error: unknown) => {
        outside.log({ level: 'error', event: 'deferred_work_failed', error: errorClass(error) })
      }),
    )
  }
  const writes: Promise<readonly Statement[]>[] = []
  const write = async (): Promise<void> => {
    await outside.answered
    await afterTheAnswer()
    const [first, ...rest] = (await Promise.all(writes.splice(0))).flat()
    if (first !== undefined) await db().batch([first, ...rest])
  }
  return {
    settings,
    now,
    elapsedMs: () => outside.now().getTime() - now.getTime(),
    randomBytes: outside.randomBytes,
    fetch: outside.fetch,
    // Opened by whoever first asks: many an answer needs no database.
    get db() {
      return db()
    },
    sendEmail: outside.sendEmail ?? chooseTransport(settings, outside, { db, now }),
    defer,
    deferWrites: (statements) => {
      writes.push(Promise.resolve(statements))
      if (writes.length === 1) defer(write())
    },
    log: outside.log,
    client: outside.client,
    isFlooding: async () =>
      outside.limitFlood !== undefined && !(await outside.limitFlood(outside.client.address)),
    roundTrips: () => roundTrips,
  }
}

/**
 * The next task of the isolate: what begins at once would share the processor with the answer, and whoever
 * measures would see what it is.
 */
export function afterTheAnswer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** What may be logged of an error: its class. Messages hold parameters, password hashes among them. */
export function errorClass(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function chooseTransport(
  settings: Settings,
  outside: Outside,
  mailbox: Mailbox,
): SendEmail | undefined {
  if (settings.RESEND_API_KEY !== undefined) {
    return sendByResend(settings.RESEND_API_KEY, (input, init) =>
      outside.fetch(input, { ...init, signal: AbortSignal.timeout(MAIL_TIMEOUT_MS) }),
    )
  }
  // What mails say is worth an account: nowhere but in development may it be logged.
  if (!settings.DEV_MAILBOX) return undefined
  return (message) => {
    outside.log({ level: 'info', event: 'email', subject: message.subject, text: message.text })
    return keepInMailbox(mailbox, message)
  }
}

type Mailbox = { readonly db: () => Database; readonly now: Date }

async function keepInMailbox(
  { db, now }: Mailbox,
  { to, subject, text, html }: EmailMessage,
): Promise<SendOutcome> {
  try {
    await keepDevEmail(db(), { address: to, subject, text, html, sentAt: now })
    return { kind: 'sent' }
  } catch (error) {
    return { kind: 'failed', reason: errorClass(error) }
  }
}

/** The platform's own: what the Worker's entry and the command line start from. */
export const platform = {
  fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
  now: () => new Date(),
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  log: (line: LogLine) => {
    console.log(JSON.stringify(line))
  },
} as const
