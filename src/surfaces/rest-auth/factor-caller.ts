import { message, type Message } from '../../i18n/message.ts'
import type { FactorCaller } from '../../core/second-factor/totp-activation.ts'
import { parseFactorState } from '../../core/second-factor/totp.sql.ts'
import { proofOfCaller, type Proof } from '../../core/tokens/proof.sql.ts'
import { proofForChange } from '../../core/tokens/recent-proof.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { ApiError } from '../../web/errors.ts'
import type { UserContext } from './define-route.ts'

/** The caller as changes of the second factor want them; the route reads `factorStateJson` with the caller. */
export function factorCaller({ caller }: Pick<UserContext, 'caller'>): FactorCaller {
  if (caller.column === undefined) throw new Error('the route reads no second factor')
  return {
    user: caller.user,
    proof: proofOfCaller(caller),
    factor: parseFactorState(caller.column),
  }
}

/** The same of a caller who must have proved lately to be there, which what is written asks again. */
export function recentFactorCaller(context: UserContext): FactorCaller {
  return { ...factorCaller(context), proof: recentProof(context) }
}

/** The caller's proof for changes of factors: a recent one where the settings want it. */
export function recentProof({ deps, caller }: UserContext): Proof {
  return proofForChange(deps, caller, factorsNeedRecentProof)
}

/** The answer where there is nothing to switch off or to show. */
export const NOT_ACTIVE = message('totp_not_active')

/** 400 with a sentence. */
export function refuse(detail: Message): ApiError {
  return new ApiError('invalid', { status: 400, body: { detail } })
}

/** Whatever the body says, there must be something to change. */
export function requireActive(context: UserContext): void {
  if (factorCaller(context).factor.device === undefined) throw refuse(NOT_ACTIVE)
}
