import type { Deps } from '../../deps.ts'
import { readText } from '../../web/body.ts'
import { ApiError } from '../../web/errors.ts'

/** The signature alone tells who is calling. What is signed is the body as it came, to the last byte. */
export async function serveResendEvent(deps: Deps, request: Request): Promise<Response> {
  const body = await readText(request, deps.settings.BODY_MAX_BYTES)
  const header = (name: string) => request.headers.get(name) ?? ''
  const { handleResendEvent } = await import('../../core/mail/mail.chunk.ts')
  const outcome = await handleResendEvent(deps, {
    body,
    id: header('svix-id'),
    timestamp: header('svix-timestamp'),
    signature: header('svix-signature'),
  })
  if (outcome === 'accepted') return new Response(null, { status: 204 })
  throw new ApiError('unauthenticated', {
    status: 401,
    body: { detail: 'The signature is not good.' },
  })
}
