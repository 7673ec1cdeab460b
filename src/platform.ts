/**
 * The outside world of one request: time, randomness, network, log, client. It enters here and nowhere else, which
 * a test holds; so tests can replace all of it.
 */
import type { Client, LogLine } from './deps.ts'
import type { SendEmail } from './email-message.ts'
import type { Hooks } from './hooks.ts'

/** The outside world as a Worker, the command line or a test has it: what `openDeps` cannot make itself. */
export type Platform = {
  readonly fetch: typeof fetch
  readonly now: () => Date
  readonly randomBytes: (length: number) => Uint8Array
  /** Work that continues after the response. */
  readonly defer: (work: Promise<unknown>) => void
  readonly log: (line: LogLine) => void
  readonly client: Client
  /** Fulfilled when the answer is made; absent where there is none to wait for. */
  readonly answered?: Promise<void> | undefined
  /** Cloudflare's rate-limit binding, where it is configured: false for a key that is over its limit. */
  readonly limitFlood?: ((key: string) => Promise<boolean>) | undefined
  /** Cloudflare's Email Service, where it is bound as `EMAIL`. */
  readonly email?: EmailBinding | undefined
  readonly hooks?: Hooks | undefined
  /** The service binding of a name. */
  readonly bound?: ((name: string) => typeof fetch | undefined) | undefined
  /** Replaces the transport that the settings choose. */
  readonly sendEmail?: SendEmail
}

/** What we use of a `send_email` binding. */
export type EmailBinding = {
  readonly send: (message: Readonly<Record<string, unknown>>) => Promise<unknown>
}

/** What every runtime gives alike: what the Worker's entry and the command line start from. */
export const platform = {
  fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
  now: () => new Date(),
  randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
  log: (line: LogLine) => {
    const text = JSON.stringify(line)
    console.log(text.length > MAX_LOGGED ? JSON.stringify(line, cut) : text)
  },
} as const

/**
 * Longest value in a log line: Workers drop what an invocation writes beyond 256 KB, and an attacker can choose some
 * values.
 */
const MAX_LOGGED = 8_192

function cut(_: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_LOGGED
    ? value.slice(0, MAX_LOGGED) + '…'
    : value
}
