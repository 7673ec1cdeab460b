import type { MailEventOutcome } from '../../core/mail/mail-events.ts'
import type { Deps } from '../../deps.ts'
import { readText } from '../../web/body.ts'
import { basicCredentials } from '../../web/client-credentials.ts'
import { ApiError } from '../../web/errors.ts'

type Told = { readonly deps: Deps; readonly request: Request; readonly body: string }

const handlers = () => import('../../core/mail/mail.chunk.ts')

/** What each of them shows as proof: a signature over the body as it came, to the last byte, or name and password. */
const HANDLERS = {
  resend: async ({ deps, ...told }) =>
    (await handlers()).handleResendEvent(deps, signedMessage(told, 'svix')),
  mail: async ({ deps, ...told }) =>
    (await handlers()).handleProgramEvent(deps, signedMessage(told, 'webhook')),
  postmark: async ({ deps, request, body }) =>
    (await handlers()).handlePostmarkEvent(deps, {
      body,
      credentials: basicCredentials(request).join(':'),
    }),
  ses: async ({ deps, body }) => (await handlers()).handleSesEvent(deps, body),
} as const satisfies Readonly<Record<string, (told: Told) => Promise<MailEventOutcome>>>

/** What is told of mails; the proof alone tells who is calling. */
export async function serveMailEvent(
  teller: keyof typeof HANDLERS,
  deps: Deps,
  request: Request,
): Promise<Response> {
  const body = await readText(request, deps.settings.BODY_MAX_BYTES)
  const outcome = await HANDLERS[teller]({ deps, request, body })
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
