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
 * Lets through who has proved lately to be there.
 *
 * @throws ApiError 403 with `code: reauthentication_required` and the ways of proving again
 */
export function requireRecent(deps: Pick<Deps, 'settings' | 'now'>, caller: Caller): void {
  if (caller.kind === 'anonymous') return
  const missing = requireRecentProof(deps, caller)
  if (missing !== undefined) throw reauthenticationRequired(missing)
}

/** 403: not 401, on which clients throw good credentials away. */
export function reauthenticationRequired({ kind, flows }: ReauthenticationRequired): ApiError {
  const detail = message('proof_required')
  return new ApiError('forbidden', { status: 403, body: { detail, code: kind, flows } })
}
