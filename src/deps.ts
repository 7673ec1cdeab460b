/**
 * `Deps`: everything of the outside world that code may use, as one value. Core functions name the slice that they
 * need, so their signature says what they can do; tests replace members of it and nothing else.
 */
import type { Database, Statement } from './db/open.ts'
import type { SendBatch, SendEmail } from './email-message.ts'
import type { Hooks } from './hooks.ts'
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
  /** Whether the database was asked before there were dependencies; see `Begun`. */
  readonly hasHeadStart?: boolean
  /** Absent where nothing is set up that sends: mails wait in the outbox. */
  readonly sendEmail: SendEmail | undefined
  /** Absent where the transport takes one mail at a time. */
  readonly sendBatch: SendBatch | undefined
  /**
   * Work that the answer must not wait for, or reveal by its timing: it begins when the request is answered. A rejection
   * is logged.
   */
  readonly defer: (work: () => Promise<unknown>) => void
  /**
   * Writes that the answer does not wait for. Those of one request go to the database together, with the
   * answer: one round trip, one commit. Where a function makes them, it is called when the answer has left: how long that
   * takes must not tell anything.
   */
  readonly deferWrites: (statements: Statements) => void
  /** One line of the log. */
  readonly log: (line: LogLine) => void
  readonly client: Client
  /** Who acts, where it is not the owner of the account: audit events name them. */
  readonly actor?: Actor
  /** Which of `JWT_CLIENTS` asks for a login; absent: none of them. */
  readonly jwtClient?: string | undefined
  /** Code that is asked before something happens. */
  readonly hooks?: Hooks | undefined
  /** The service binding of a name; `undefined` where there is none. */
  readonly bound?: ((name: string) => typeof fetch | undefined) | undefined
  /** Sequential database round trips so far. */
  readonly roundTrips: () => number
  /** How many milliseconds each call of the database took, where `SERVER_TIMING` asks for it. */
  readonly timings: () => readonly number[]
}

/** Statements of a batch, what will have made them, or what makes them. */
type Statements =
  | readonly Statement[]
  | Promise<readonly Statement[]>
  | (() => Promise<readonly Statement[]>)

/** What the platform says about the client; nothing in it is the client's to forge but the user agent. */
export type Client = {
  /** `CF-Connecting-IP`. */
  readonly address: string
  /** ISO 3166-1 code, empty when unknown. */
  readonly country: string
  /** Where Cloudflare takes the address to be; absent or empty when unknown. At most 100 characters. */
  readonly city?: string
  /** At most 255 characters. */
  readonly userAgent: string
  /** `Accept-Language`; absent where the caller sent none. */
  readonly acceptLanguage?: string
}

/** A user who acts on another user's account. */
export type Actor =
  /** The operator at the command line, which needs the database's own token. */
  | { readonly kind: 'operator' }
  /** A signed-in staff member. */
  | { readonly kind: 'staff'; readonly id: number }
  /** A machine, by the number of its key. */
  | { readonly kind: 'admin_key'; readonly id: number }
  /** A staff member who impersonates the account (RFC 8693 §4.1). */
  | { readonly kind: 'impersonator'; readonly id: number }

/** A JSON log line. Holds no secrets, addresses or bodies. */
export type LogLine = Readonly<Record<string, string | number | boolean | undefined>>

/** What may be logged of an error: its class. Messages hold parameters, password hashes among them. */
export function errorClass(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
