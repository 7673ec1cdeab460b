import { message } from '../../i18n/message.ts'
import {
  requireRecentProof,
  type ReauthenticationRequired,
} from '../../core/tokens/recent-proof.ts'
import type { Deps } from '../../deps.ts'
import type { Caller } from '../../web/authentication.ts'
import { ApiError } from '../../web/errors.ts'

const STRINGS = { type: 'array', items: { type: 'string' } } as const

/** The ways of proving again. */
export const flowsSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: { type: 'string' }, types: STRINGS, providers: STRINGS },
    required: ['id'],
  },
} as const

/**
 * Lets through who has proved lately to be there; answers the caller as they were seen last. A login that hands out the
 * auth token that its account has already records its proof while its answer is on the way, so such a token is looked
 * at a second time before it is refused. That costs a round trip, of refusals alone.
 *
 * @throws ApiError 403 with `code: reauthentication_required` and the ways of proving again
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

/** 403: not 401, on which clients throw good credentials away. */
export function reauthenticationRequired({ kind, flows }: ReauthenticationRequired): ApiError {
  const detail = message('proof_required')
  return new ApiError('forbidden', { status: 403, body: { detail, code: kind, flows } })
}
