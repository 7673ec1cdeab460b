/** Whether a deployment answers after it was uploaded, before the command reports success. */
import { EXIT, type ExitCode, type Io } from '../../manage/command.ts'
import { platform } from '../../platform.ts'
import type { Settings } from '../../settings/parse.ts'

/** Where the Worker went up, and how it is asked. */
export type Place = {
  /** Its address, without a slash at the end. */
  readonly url: string
  readonly settings: Pick<Settings, 'URL_PREFIX' | 'HEALTH_ENDPOINTS'>
  /** How long it may take to be there: a name under workers.dev, or a domain with its certificate, is made meanwhile. */
  readonly waitMs: number
}

/** Between two questions. */
const PAUSE_MS = 1_000
/** For one answer; a first login hashes a password. */
const ANSWER_MS = 10_000

/** An answer, or why there is none. */
type Answer = { readonly status: number; readonly detail: string } | { readonly fault: string }

/**
 * Asks what has just gone up whether its database is there and migrated, and then for a login: one with an unknown
 * username, which a service that works refuses. Says what it found; failed where the service is not reached or does not
 * work.
 */
export async function checkLive(io: Pick<Io, 'out' | 'say'>, place: Place): Promise<ExitCode> {
  const { url, settings, waitMs } = place
  const untilMs = platform.now().getTime() + waitMs
  const ready = settings.HEALTH_ENDPOINTS
    ? await lastAnswer(() => ask(`${url}/readyz`), isReady, untilMs)
    : undefined
  if (ready !== undefined && !isReady(ready)) return sayUnreached(io, `${url}/readyz`, ready)
  const login = `${url}${settings.URL_PREFIX}login/`
  const answered = await lastAnswer(() => ask(login, nobody()), refusesLogin, untilMs)
  if (!refusesLogin(answered)) return sayUnreached(io, login, answered)
  io.out(
    `Checked: ${ready === undefined ? '' : 'the database is migrated, '}logins are answered.\n`,
  )
  return EXIT.done
}

function isReady(answer: Answer): boolean {
  return 'status' in answer && answer.status === 200
}

/** 400 to a name or password that is wrong, 403 where there are no passwords, 429 where someone tries too many. */
function refusesLogin(answer: Answer): boolean {
  return 'status' in answer && [400, 401, 403, 429].includes(answer.status)
}

/** A login with a username that does not exist. */
function nobody(): RequestInit {
  const name = `deploy-check-${Buffer.from(platform.randomBytes(8)).toString('hex')}`
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify({ username: name, password: name }) }
}

/** The first good answer, or the last one before the time is over. */
async function lastAnswer(
  question: () => Promise<Answer>,
  isGood: (answer: Answer) => boolean,
  untilMs: number,
): Promise<Answer> {
  for (;;) {
    const answer = await question()
    if (isGood(answer) || platform.now().getTime() + PAUSE_MS > untilMs) return answer
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  try {
    const response = await platform.fetch(url, { ...init, redirect: 'manual', signal })
    return { status: response.status, detail: detailOf(await response.text()) }
  } catch (error) {
    return { fault: signal.aborted ? `no answer in ${ANSWER_MS / 1000} s` : reasonOf(error) }
  }
}

/** What our own answers say of themselves; nothing of a page of someone else's. */
function detailOf(text: string): string {
  const [, detail = ''] = /"detail": ?"([^"\\]{1,300})"/.exec(text) ?? []
  return detail
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const code: unknown =
    typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : ''
  return typeof code === 'string' && code !== '' ? code : error.message
}

function sayUnreached(io: Pick<Io, 'say'>, url: string, answer: Answer): ExitCode {
  if ('fault' in answer) {
    io.say(
      `The Worker is uploaded, but ${url} is not reached from here (${answer.fault}). A new name or domain can take some minutes: run this again, or with --wait 300.\n`,
    )
    return EXIT.failed
  }
  const { status, detail } = answer
  const words = detail === '' ? '' : `: ${detail}`
  const hint =
    detail === '' && [404, 521, 522, 523, 530].includes(status)
      ? 'Nobody serves that address yet: a new name or domain can take some minutes. Run this again, or with --wait 300.'
      : 'npx wrangler tail shows why; npx wrangler rollback takes you back.'
  io.say(`The Worker is uploaded, but ${url} answers ${status}${words}. ${hint}\n`)
  return EXIT.failed
}
