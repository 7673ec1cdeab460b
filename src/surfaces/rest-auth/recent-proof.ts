/** Refusing callers whose last proof of presence is too old, in the shape that clients can act on. */
import { message } from '../../i18n/message.ts'
import {
  requireRecentProof,
  type ReauthenticationRequired,
} from '../../core/tokens/recent-proof.ts'
import type { Deps } from '../../deps.ts'
import type { Caller } from '../../web/authentication.ts'
import { ApiError } from '../../web/errors.ts'

const STRINGS = { type: 'array', items: { type: 'string' } } as const

/** JSON Schema of the kinds of proof that the caller can give. */
export const flowsSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: { type: 'string' }, types: STRINGS, providers: STRINGS },
    required: ['id'],
  },
} as const

/**
 * Lets through callers who have proved their presence recently; returns the caller as last seen. A login that hands
 * out the auth token that its account already has records its proof while its answer is under way, so such a token is
 * read a second time before it is refused. That costs a round trip, for refusals only.
 *
 * @throws ApiError 403 with `code: reauthentication_required` and the kinds of proof that the caller can give
 */
export async function requireRecent(
  deps: Pick<Deps, 'settings' | 'now'>,
  caller: Caller,
  readAgain: () => Promise<Caller>,
): Promise<Caller> {
  const missing = missingProof(deps, caller)
  if (missing === undefined) return caller
  if (!isProvedLater(caller)) throw reauthenticationRequired(missing)
  const seenLast = await readAgain()
  if (seenLast.kind === 'anonymous') throw reauthenticationRequired(missing)
  const stillMissing = missingProof(deps, seenLast)
  if (stillMissing !== undefined) throw reauthenticationRequired(stillMissing)
  return seenLast
}

function missingProof(
  deps: Pick<Deps, 'settings' | 'now'>,
  caller: Caller,
): ReauthenticationRequired | undefined {
  return caller.kind === 'anonymous' ? undefined : requireRecentProof(deps, caller)
}

/** Tokens of a device, sessions and JWTs come with their proof. */
function isProvedLater(caller: Caller): boolean {
  if (caller.kind === 'anonymous') return false
  const { credential } = caller
  return credential.kind === 'token' && credential.isOfDevice !== true
}

/** 403, not 401: on 401 clients discard credentials, and these are still good. */
export function reauthenticationRequired({ kind, flows }: ReauthenticationRequired): ApiError {
  const detail = message('proof_required')
  return new ApiError('forbidden', { status: 403, body: { detail, code: kind, flows } })
}
