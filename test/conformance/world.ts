import type { EmailMessage } from '../../src/email-message.ts'
import type { JsonObject } from './json.ts'

/** What a scenario acts on: one app, its database, clock, mailbox and outside world. */
export type World = {
  /** Empties everything and starts the app under a scenario's settings. */
  readonly begin: (settings: JsonObject) => Promise<void>
  /** Sends a request; answers when the work it deferred is done, too. */
  readonly send: (request: Request) => Promise<Exchanged>
  /** Changes the database directly; answers the values a seed operation may capture. */
  readonly seed: (operation: JsonObject) => Promise<SeedResult>
  readonly setProviders: (exchanges: readonly JsonObject[]) => void
  readonly now: () => Date
  readonly wait: (seconds: number) => void
  /** All mails since the last call. */
  readonly takeMails: () => readonly EmailMessage[]
  /** Remembers the state of this moment, and answers how to return to it. */
  readonly remember: () => Promise<() => Promise<void>>
}

/** An answer, with what helps to judge and explain it. */
export type Exchanged = {
  readonly response: Response
  /** Whether somebody outside was unreachable or failing while it was made. */
  readonly outsideFailed: boolean
  /** What of the answer is not as `openapi.json` describes it. */
  readonly undescribed: readonly string[]
  /** What the app logged meanwhile. */
  readonly log: readonly string[]
}

/** What a seed operation made. */
export type SeedResult = {
  readonly userId?: number
  /** Of a social account or a passkey. */
  readonly rowId?: number
  readonly recoveryCodes?: readonly string[]
}
