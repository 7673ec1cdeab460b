import {
  convertV4MiniflareOptions,
  Miniflare,
  Response,
  type RequestInit,
  type Request,
} from 'miniflare'
import { inject } from 'vitest'
import { bundleModules } from '../support/bundle-modules.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { answerOfDatabase } from '../support/worker-database.ts'

/** A mail as Resend got it. */
type SentMail = {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly idempotencyKey: string
}

/** The built bundle in workerd, with a database of its own and a mail provider that keeps what it gets. */
export type WorkerUnderTest = {
  /** Where workerd itself listens. */
  readonly url: URL
  /** A path lies under `URL_PREFIX`; one that begins with a slash lies at the root. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  readonly post: (
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>
  /** What the platform does every minute. */
  readonly runCron: () => Promise<void>
  readonly mails: SentMail[]
  /** How often a mail was handed to Resend, whatever it answered. */
  readonly mailAttempts: () => number
  /** Status of Resend's answers. */
  readonly setMailStatus: (status: number) => void
  readonly sqld: Sqld
  readonly stop: () => Promise<void>
}

/** As cheap as the settings allow. */
const CHEAP = {
  SECRET_KEY: 'worker-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  PASSWORD_PBKDF2_CALLS: '1',
  PASSWORD_PBKDF2_ITERATIONS: '1000',
  RESEND_API_KEY: 're_worker',
  PUBLIC_URL: 'https://auth.example.com',
  DATABASE_TIMEOUT_MS: '60000',
}

const ORIGIN = 'https://auth.example.com'

/** Starts the Worker under these variables. */
export async function startWorker(
  variables: Readonly<Record<string, string>> = {},
): Promise<WorkerUnderTest> {
  const sqld = await startSqld()
  const mails: SentMail[] = []
  let mailStatus = 200
  let mailAttempts = 0

  const answerOutside = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    if (url.origin === sqld.url) return answerOfDatabase(request)
    if (url.href !== 'https://api.resend.com/emails') {
      return new Response(`blocked ${url.host}`, { status: 599 })
    }
    const idempotencyKey = request.headers.get('Idempotency-Key') ?? ''
    const mail = (await request.json()) as Omit<SentMail, 'idempotencyKey'> // ours: `sendByResend`
    mailAttempts += 1
    if (mailStatus === 200) mails.push({ ...mail, idempotencyKey })
    return Response.json({ id: idempotencyKey }, { status: mailStatus })
  }

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: bundleModules(inject('bundleDirectory')),
      compatibilityDate: '2026-11-17',
      bindings: { ...CHEAP, TURSO_DATABASE_URL: sqld.url, ...variables },
      ratelimits: { RATE_LIMITER: { namespace_id: '1001', simple: { limit: 600, period: 60 } } },
      outboundService: answerOutside,
    }),
  )
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    miniflare.dispatchFetch(ORIGIN + (path.startsWith('/') ? path : `/dj-rest-auth/${path}`), {
      redirect: 'manual',
      ...init,
    })
  return {
    url: await miniflare.ready,
    request,
    post: (path, body, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    runCron: async () => {
      const { outcome } = await (await miniflare.getWorker()).scheduled({ cron: '* * * * *' })
      if (outcome !== 'ok') throw new Error(`scheduled() ended with ${outcome}`)
    },
    mails,
    mailAttempts: () => mailAttempts,
    setMailStatus: (status) => {
      mailStatus = status
    },
    sqld,
    stop: async () => {
      await miniflare.dispose()
      await sqld.stop()
    },
  }
}
