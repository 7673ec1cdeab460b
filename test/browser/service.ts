import { decodeJwt } from 'jose'
import { convertV4MiniflareOptions, Miniflare, Response, type Request } from 'miniflare'
import { inject } from 'vitest'
import { bundleModules } from '../support/bundle-modules.ts'
import { openDatabase } from '../../src/db/open.ts'
import { signClaims } from '../../src/core/tokens/jwt.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { SECRET } from '../support/second-factor.ts'
import { seedTotp, userIdOf } from '../support/seed.ts'
import { startSqld } from '../support/sqld.ts'
import { answerOfDatabase } from '../support/worker-database.ts'

/** A mail as the provider got it. */
type Mail = {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** The built bundle in workerd, with a database of its own and a mail provider that keeps what it gets. */
export type Service = {
  readonly mails: readonly Mail[]
  /** Where its database is. */
  readonly databaseUrl: string
  /** The link of the newest mail to an address. */
  readonly linkMailedTo: (address: string) => Promise<string>
  /** The code of the newest mail to an address. */
  readonly codeMailedTo: (address: string) => Promise<string>
  /** Sets up an authenticator app for an account; answers its secret. */
  readonly addTotp: (username: string) => Promise<string>
  /** The same token, of a login that is so much longer ago. */
  readonly agedJwt: (jwt: string, seconds: number) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Where browsers find the service; names below `localhost` are this machine's, and each is a site. */
export type Address = { readonly host: string; readonly port: number }

/** Long enough for a page to load on a busy machine, short enough to wait for. */
export const ACCESS_LIFETIME_SECONDS = 6

const CHEAP = {
  SECRET_KEY: 'browser-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  PASSWORD_PBKDF2_CALLS: '1',
  PASSWORD_PBKDF2_ITERATIONS: '1000',
  SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: String(ACCESS_LIFETIME_SECONDS),
  RESEND_API_KEY: 're_browser',
  ACCOUNT_RATE_LIMITS: 'false',
}

const MAIL_DEADLINE_MS = 15_000

/** Starts the service under these settings; `outside` answers what it asks of the rest of the world. */
export async function startService(
  { host, port }: Address,
  env: Readonly<Record<string, string>>,
  outside: (request: Request) => Promise<Response | undefined> = () => Promise.resolve(undefined),
): Promise<Service> {
  const sqld = await startSqld()
  const mails: Mail[] = []
  const answerOutside = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    if (url.host === 'api.resend.com') {
      // The Worker's own request, written by `sendByResend`.
      mails.push((await request.json()) as Mail)
      return Response.json({ id: `mail-${mails.length}` })
    }
    if (url.origin === sqld.url) return answerOfDatabase(request)
    return (await outside(request)) ?? new Response(`blocked ${url.host}`, { status: 599 })
  }
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port,
      modules: bundleModules(inject('bundleDirectory')),
      compatibilityDate: '2026-11-17',
      bindings: {
        ...CHEAP,
        TURSO_DATABASE_URL: sqld.url,
        PUBLIC_URL: `http://${host}:${port}`,
        ...env,
      },
      outboundService: answerOutside,
    }),
  )
  await worker.ready
  return {
    mails,
    databaseUrl: sqld.url,
    linkMailedTo: async (address) => {
      const mail = await newestMail(mails, address)
      mails.splice(0)
      const link = /https?:\/\/\S+/.exec(mail.text)?.[0]
      if (link === undefined) throw new Error(`no link in: ${mail.text}`)
      return link
    },
    codeMailedTo: async (address) => {
      const mail = await newestMail(mails, address)
      mails.splice(0)
      const code = /^[A-Z2-9]{6}$/m.exec(mail.text)?.[0]
      if (code === undefined) throw new Error(`no code in: ${mail.text}`)
      return code
    },
    agedJwt: (jwt, seconds) => {
      const claims = decodeJwt(jwt)
      const settings = parseSettings({ ...CHEAP, TURSO_DATABASE_URL: sqld.url, ...env })
      return signClaims(settings, { ...claims, proved_at: Number(claims['proved_at']) - seconds })
    },
    addTotp: async (username) => {
      const deps = {
        db: openDatabase({
          url: sqld.url,
          authToken: undefined,
          timeoutMs: 5000,
          fetch: globalThis.fetch,
        }),
        settings: parseSettings({ ...CHEAP, TURSO_DATABASE_URL: sqld.url, ...env }),
        now: new Date(),
        randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
        elapsedMs: () => 0,
      }
      const userId = await userIdOf(deps, username)
      await seedTotp(deps, { userId, secret: SECRET, codes: [] })
      return SECRET
    },
    stop: async () => {
      await worker.dispose()
      await sqld.stop()
    },
  }
}

/** Mails are sent after the answer: waits for one. */
async function newestMail(mails: readonly Mail[], address: string): Promise<Mail> {
  const deadline = performance.now() + MAIL_DEADLINE_MS
  while (performance.now() < deadline) {
    const mail = mails.findLast(({ to }) => to.includes(address))
    if (mail !== undefined) return mail
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`no mail to ${address}`)
}
