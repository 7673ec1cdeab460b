/** The configured transports (`EMAIL_TRANSPORTS`). */
import type { Deps } from '../../../deps.ts'
import type { SendBatch, SendEmail } from '../../../email-message.ts'
import type { EmailBinding } from '../../../platform.ts'
import { missingForTransport, wantedTransports } from '../../../settings/mail-transports.ts'
import { chainOf } from './chain.ts'
import { cloudflareTransport } from './cloudflare.ts'
import { httpTransport } from './http-hook.ts'
import { postmarkTransport } from './postmark.ts'
import { resendTransport } from './resend.ts'
import { sesTransport } from './ses.ts'
import type { Transport } from './transport.ts'

/** What transports use of the outside world. */
export type TransportDeps = Pick<Deps, 'settings' | 'log'> & {
  readonly fetch: typeof fetch
  readonly email: EmailBinding | undefined
  readonly now: () => Date
}

const DEADLINE_MS = 10_000

/** The transports of the settings as one; those that lack a setting are left out. */
export function chooseTransports(deps: TransportDeps): {
  readonly send: SendEmail
  readonly sendBatch: SendBatch | undefined
} {
  const { settings } = deps
  const complete = wantedTransports(settings).filter(
    (name) => missingForTransport(settings, name) === undefined,
  )
  const request: typeof fetch = (input, init) =>
    deps.fetch(input, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) })
  return chainOf(
    complete.flatMap((name) => MAKERS[name]({ ...deps, fetch: request }) ?? []),
    deps.log,
  )
}

const MAKERS: Readonly<Record<Transport['name'], (deps: TransportDeps) => Transport | undefined>> =
  {
    resend: ({ settings, fetch: request }) => ({
      name: 'resend',
      ...resendTransport(settings.RESEND_API_KEY ?? '', request),
    }),
    cloudflare: ({ email }) =>
      email === undefined ? undefined : cloudflareTransport(email, DEADLINE_MS),
    postmark: ({ settings, fetch: request }) =>
      postmarkTransport(
        {
          serverToken: settings.POSTMARK_SERVER_TOKEN ?? '',
          stream: settings.POSTMARK_MESSAGE_STREAM,
        },
        request,
      ),
    ses: ({ settings, now, fetch: request }) =>
      sesTransport(
        {
          region: settings.SES_REGION ?? '',
          accessKeyId: settings.SES_ACCESS_KEY_ID ?? '',
          secretAccessKey: settings.SES_SECRET_ACCESS_KEY ?? '',
          now,
        },
        request,
      ),
    http: ({ settings, now, fetch: request }) =>
      httpTransport(
        { url: settings.MAIL_HOOK_URL ?? '', secrets: settings.MAIL_HOOK_SECRETS, now },
        request,
      ),
  }
