/**
 * The cron handler's run over the outbox: claims what is due, sends it in batches, within limits of time and
 * outgoing requests. Any number of runs at once share the work, because a claim hides mails from the others.
 */
import { hex } from '../../crypto.ts'
import type { SendOutcome } from '../../email-message.ts'
import { WEBHOOK_SHARE } from '../events/deliver-due.ts'
import { logWaiting, openAccount, settle, type MailAccount } from './deliver.ts'
import { writeLetters, type Letter } from './letter.ts'
import { claimEmails, countWaiting } from './outbox-claims.sql.ts'
import type { DrainDeps } from './outbox.ts'
import type { WaitingEmail } from './outbox.sql.ts'
import type { Settings } from '../../settings/parse.ts'

/** How far one run goes. */
export type DrainLimits = {
  /** Outgoing requests, to the database and to the provider (Workers: 50 on the free plan, 10,000 on the paid one). */
  readonly requests: number
  readonly ms: number
  readonly emails: number
  readonly pause: (ms: number) => Promise<void>
}

/** The next run begins a minute after this one; deleting what has expired needs its share of both. */
function usualLimits({ settings }: DrainDeps): DrainLimits {
  return {
    requests: Math.floor(settings.CRON_MAX_SUBREQUESTS * shareOf(settings)) - reserved(settings),
    ms: 50_000,
    emails: 10_000,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
}

/** What webhooks leave. */
function shareOf({ WEBHOOKS }: Pick<Settings, 'WEBHOOKS'>): number {
  return WEBHOOKS.length === 0 ? 1 : 1 - WEBHOOK_SHARE
}

/** Time for the run's other work, mostly deleting expired rows. */
function reserved({ CRON_MAX_SUBREQUESTS }: Pick<Settings, 'CRON_MAX_SUBREQUESTS'>): number {
  return Math.max(10, Math.ceil(CRON_MAX_SUBREQUESTS / 10))
}
/** A round asks the database for mails and for what they are about, and tells it what became of them. */
const REQUESTS_A_ROUND = 3
/** Resend takes at most 100 mails in one request. */
const BATCH_SIZE = 100
const ROUND_SIZE = 25
/** A claim is valid for a minute: no mail is handed over so late that another run may have it, too. */
const CLAIM_MS = 45_000
/** Maximum number of attempts per run to a provider that is unavailable or rejects everything. */
const MAX_FAILURES = 3
const MAX_WAITS = 5
const NEXT_RUN_MS = 55_000

/** The state of one run: what was used of its limits. */
type Run = {
  readonly limits: DrainLimits
  handled: number
  sends: number
  failures: number
  /** Until when the provider asked not to be called (Retry-After). */
  pausedUntilMs: number
  /** Until the first transport takes no batch: one by one, another may take them. */
  goesTogether: boolean
}

/**
 * Sends what waits until nothing does, the provider says stop, or the invocation is near its limits. Any number of runs
 * at once share the mails. Answers how many were tried.
 */
export async function drainOutbox(
  deps: DrainDeps,
  limits: DrainLimits = usualLimits(deps),
): Promise<number> {
  if (deps.sendEmail === undefined) {
    // Not taken: a try counts only where something was tried.
    const waiting = await countWaiting(deps.db)
    if (waiting > 0) logWaiting(deps, waiting)
    return 0
  }
  const goesTogether = deps.sendBatch !== undefined
  const run: Run = { limits, handled: 0, sends: 0, failures: 0, pausedUntilMs: 0, goesTogether }
  while (hasRoom(deps, run, REQUESTS_A_ROUND + 1) && (await sendRound(deps, run)));
  return run.handled
}

/** Whether limits of time and requests leave room for more. */
function hasRoom(deps: DrainDeps, { limits, ...run }: Run, requests: number): boolean {
  return (
    run.failures < MAX_FAILURES &&
    run.handled < limits.emails &&
    deps.roundTrips() + run.sends + requests <= limits.requests &&
    Math.max(deps.elapsedMs(), run.pausedUntilMs) < limits.ms
  )
}

/** Claims mails, sends them and writes down what became of them; `false` where none was due. */
async function sendRound(deps: DrainDeps, run: Run): Promise<boolean> {
  const batchKey = run.goesTogether ? `batch-${hex(deps.randomBytes(16))}` : undefined
  const claim = await claimEmails(deps.db, {
    now: timeOf(deps),
    size: batchKey === undefined ? ROUND_SIZE : BATCH_SIZE,
    batchKey,
  })
  if (claim.length === 0) return false
  const endMs = deps.elapsedMs() + CLAIM_MS
  const account = openAccount(deps)
  const letters = await writeLetters(deps, claim)
  for (const { email, message } of letters) if (message === undefined) account.finish(email)
  for (const group of groupsOf(letters, batchKey !== undefined)) {
    const isInTime = deps.elapsedMs() < endMs
    if (isInTime && hasRoom(deps, run, 2)) await sendGroup(deps, run, { account, group, endMs })
    else for (const { email } of group) account.putBack(email)
  }
  const { untouched, finished } = account.settlement()
  run.handled += claim.length - untouched.length
  await settle(deps, account, { batchKey, dueAt: dueAt(deps, run) })
  return finished.length > 0 || untouched.length === 0
}

/** When those are due again that this run did not send: at once, or for the next run where the provider is in trouble. */
function dueAt(deps: DrainDeps, { failures, pausedUntilMs }: Run): Date {
  const pauseMs = failures === 0 ? 0 : NEXT_RUN_MS
  const dueMs = Math.max(deps.elapsedMs() + pauseMs, pausedUntilMs)
  return new Date(deps.now.getTime() + dueMs)
}

function timeOf(deps: DrainDeps): Date {
  return new Date(deps.now.getTime() + deps.elapsedMs())
}

type Sendable = { readonly email: WaitingEmail; readonly message: NonNullable<Letter['message']> }
type Group = readonly [Sendable, ...Sendable[]]

/** Mails of one batch key together, in the order of the first; the others alone. */
function groupsOf(letters: readonly Letter[], goTogether: boolean): readonly Group[] {
  const groups = new Map<string, [Sendable, ...Sendable[]]>()
  for (const { email, message } of letters) {
    if (message === undefined) continue
    const key = (goTogether ? email.batchKey : null) ?? `alone-${email.id}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ email, message }])
    else group.push({ email, message })
  }
  return [...groups.values()]
}

type Sending = { readonly group: Group; readonly endMs: number }

/** Sends mails that go together, and records each result. */
async function sendGroup(
  deps: DrainDeps,
  run: Run,
  { account, ...sending }: Sending & { readonly account: MailAccount },
): Promise<void> {
  const outcome = await sendPatiently(deps, run, sending)
  const isTakenNot = outcome.kind === 'held' || outcome.kind === 'busy'
  const isBatch = sending.group.length > 1
  if (isBatch && isTakenNot) {
    run.goesTogether = false
    for (const { email } of sending.group) account.release(email)
    return
  }
  run.failures = isTakenNot || outcome.kind === 'failed' ? run.failures + 1 : 0
  for (const { email } of sending.group) {
    if (isBatch && outcome.kind === 'refused') account.separate(email)
    else account.book(email, outcome)
  }
}

/** Sends, and again when a provider that is busy says so, as long as there is time. */
async function sendPatiently(deps: DrainDeps, run: Run, sending: Sending): Promise<SendOutcome> {
  for (let waits = 0; ; waits += 1) {
    const restMs = run.pausedUntilMs - deps.elapsedMs()
    if (restMs > 0) await run.limits.pause(restMs)
    const outcome = await send(deps, run, sending.group)
    const waitSeconds = waitOf(outcome)
    if (waitSeconds > 0) run.pausedUntilMs = deps.elapsedMs() + waitSeconds * 1000
    const mayWait = waits < MAX_WAITS && run.pausedUntilMs < sending.endMs && hasRoom(deps, run, 2)
    if (outcome.kind !== 'busy' || !mayWait) return outcome
  }
}

/** How long the provider asked not to be called (Retry-After). */
function waitOf(outcome: SendOutcome): number {
  if (outcome.kind === 'busy') return outcome.retryAfterSeconds
  return outcome.kind === 'sent' ? (outcome.pauseSeconds ?? 0) : 0
}

async function send(
  { sendEmail, sendBatch }: DrainDeps,
  run: Run,
  group: Group,
): Promise<SendOutcome> {
  run.sends += 1
  const [{ email, message }] = group
  if (email.batchKey !== null && sendBatch !== undefined) {
    const messages = group.map((one) => one.message)
    return sendBatch(messages, email.batchKey)
  }
  return sendEmail === undefined ? NO_TRANSPORT : sendEmail(message)
}

const NO_TRANSPORT: SendOutcome = { kind: 'failed', reason: 'no transport' }
