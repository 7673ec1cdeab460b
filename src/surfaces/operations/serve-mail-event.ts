import type * as mailChunk from '../../core/mail/mail.chunk.ts'
import type { MailEventOutcome } from '../../core/mail/mail-events.ts'
import type { Deps } from '../../deps.ts'
import { readText } from '../../web/body.ts'
import { basicCredentials } from '../../web/client-credentials.ts'
import { ApiError } from '../../web/errors.ts'

type Handlers = typeof mailChunk
type Told = { readonly deps: Deps; readonly request: Request; readonly body: string }

/** What each of them shows as proof: a signature over the body as it came, to the last byte, or name and password. */
const HANDLERS = {
  resend: ({ handleResendEvent }, { deps, ...told }) =>
    handleResendEvent(deps, signedMessage(told, 'svix')),
  mail: ({ handleProgramEvent }, { deps, ...told }) =>
    handleProgramEvent(deps, signedMessage(told, 'webhook')),
  postmark: ({ handlePostmarkEvent }, { deps, request, body }) =>
    handlePostmarkEvent(deps, { body, credentials: basicCredentials(request).join(':') }),
  ses: ({ handleSesEvent }, { deps, body }) => handleSesEvent(deps, body),
} as const satisfies Readonly<
  Record<string, (handlers: Handlers, told: Told) => Promise<MailEventOutcome>>
>

/** What is told of mails; the proof alone tells who is calling. */
export async function serveMailEvent(
  teller: keyof typeof HANDLERS,
  deps: Deps,
  request: Request,
): Promise<Response> {
  const body = await readText(request, deps.settings.BODY_MAX_BYTES)
  const handlers = await import('../../core/mail/mail.chunk.ts')
  const outcome = await HANDLERS[teller](handlers, { deps, request, body })
  if (outcome === 'accepted') return new Response(null, { status: 204 })
  throw new ApiError('unauthenticated', {
    status: 401,
    body: { detail: 'The signature is not good.' },
  })
}

function signedMessage({ request, body }: Omit<Told, 'deps'>, prefix: 'svix' | 'webhook') {
  const header = (name: string) => request.headers.get(`${prefix}-${name}`) ?? ''
  return { body, id: header('id'), timestamp: header('timestamp'), signature: header('signature') }
}
