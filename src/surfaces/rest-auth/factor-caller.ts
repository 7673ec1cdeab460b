/**
 * What routes of the second factor share: the caller with the state of their factors, which comes with the query
 * that finds the caller, and the refusals that several of them give.
 */
import { message, type Message } from '../../i18n/message.ts'
import type { FactorCaller } from '../../core/second-factor/totp-activation.ts'
import { parseFactorState } from '../../core/second-factor/totp.sql.ts'
import { proofOfCaller, type Proof } from '../../core/tokens/proof.sql.ts'
import { proofForChange } from '../../core/tokens/recent-proof.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { ApiError } from '../../web/errors.ts'
import type { UserContext } from './define-route.ts'

/** The caller with the state of their factors. The route declares `callerColumn: factorStateJson`. */
export function factorCaller({ caller }: Pick<UserContext, 'caller'>): FactorCaller {
  if (caller.column === undefined) throw new Error('the route reads no second factor')
  return {
    user: caller.user,
    proof: proofOfCaller(caller),
    factor: parseFactorState(caller.column),
  }
}

/**
 * The same for a caller who must have proved their presence recently. The statement that writes checks it again, so
 * that a proof that expired or was revoked meanwhile grants nothing.
 */
export function recentFactorCaller(context: UserContext): FactorCaller {
  return { ...factorCaller(context), proof: recentProof(context) }
}

/** The caller's proof for changes of factors: a recent one where the settings require it. */
export function recentProof({ deps, caller }: UserContext): Proof {
  return proofForChange(deps, caller, factorsNeedRecentProof)
}

/** The refusal where no authenticator app is active. */
export const NOT_ACTIVE = message('totp_not_active')

/** 400 with one sentence under `detail`. */
export function refuse(detail: Message): ApiError {
  return new ApiError('invalid', { status: 400, body: { detail } })
}

/**
 * Refuses where no authenticator app is active, before the body is looked at.
 *
 * @throws ApiError 400
 */
export function requireActive(context: UserContext): void {
  if (factorCaller(context).factor.device === undefined) throw refuse(NOT_ACTIVE)
}
