/** Reports of bounces and complaints, verified by each service's own means before they reach the core. */
import { loadMail } from '../../core/mail/load-mail.ts'
import type { MailEventOutcome } from '../../core/mail/mail-events.ts'
import type { Deps } from '../../deps.ts'
import { readText } from '../../web/body.ts'
import { basicCredentials } from '../../web/client-credentials.ts'
import { ApiError } from '../../web/errors.ts'

/** A request with its body as text: signatures cover its bytes, so it is parsed only afterwards. */
type MailReport = { readonly deps: Deps; readonly request: Request; readonly body: string }

/** What each service shows as proof: a signature over the body as it came, to the last byte, or name and password. */
const HANDLERS = {
  resend: async ({ deps, ...report }) =>
    (await loadMail()).handleResendEvent(deps, signedMessage(report, 'svix')),
  mail: async ({ deps, ...report }) =>
    (await loadMail()).handleProgramEvent(deps, signedMessage(report, 'webhook')),
  postmark: async ({ deps, request, body }) =>
    (await loadMail()).handlePostmarkEvent(deps, {
      body,
      credentials: basicCredentials(request).join(':'),
    }),
  ses: async ({ deps, body }) => (await loadMail()).handleSesEvent(deps, body),
} as const satisfies Readonly<Record<string, (report: MailReport) => Promise<MailEventOutcome>>>

/**
 * Takes the report of a mail service. Anyone can call: the request is believed on its signature or credentials alone,
 * which `HANDLERS` check before anything is written.
 */
export async function serveMailEvent(
  reporter: keyof typeof HANDLERS,
  deps: Deps,
  request: Request,
): Promise<Response> {
  const body = await readText(request, deps.settings.BODY_MAX_BYTES)
  const outcome = await HANDLERS[reporter]({ deps, request, body })
  if (outcome === 'accepted') return new Response(null, { status: 204 })
  throw new ApiError('unauthenticated', {
    status: 401,
    body: { detail: 'The signature is not good.' },
  })
}

/** The headers of a signed message (Standard Webhooks; Resend's have Svix's names). */
function signedMessage({ request, body }: Omit<MailReport, 'deps'>, prefix: 'svix' | 'webhook') {
  const header = (name: string) => request.headers.get(`${prefix}-${name}`) ?? ''
  return { body, id: header('id'), timestamp: header('timestamp'), signature: header('signature') }
}
