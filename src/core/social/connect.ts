/** Connecting a provider's account to the account that is logged in. */
import { batch } from '../../db/batch.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import { auditEvent } from '../audit/audit.ts'
import { deliverLater } from '../mail/deliver-later.ts'
import { sessionFate } from '../sign-in/request-session.ts'
import { completeSignIn, prepareSignIn } from '../sign-in/complete.ts'
import type { MailedStepOwed, SignIn, SignInRefusal } from '../sign-in/sign-in.ts'
import { storedKeyOf } from '../sign-in/issued-token.ts'
import { NO_USER } from '../tokens/credentials.sql.ts'
import { provedUserId, selectProved, type Proof, type SignedInCaller } from '../tokens/proof.sql.ts'
import { proofForChange } from '../tokens/recent-proof.ts'
import {
  canKeepAccounts,
  isVerificationMandatory,
  type SocialLoginDeps,
  type SocialLoginOutcome,
  type SocialStep,
} from './attempt.ts'
import {
  connectedUserId,
  dropUnused,
  insertSocialAccount,
  unusedOwnerId,
  updateSocialAccount,
  type SocialCandidate,
} from './login.sql.ts'
import { notifyOfConnection } from './notify.ts'
import { noteConnected } from './connected-lately.ts'

/**
 * Gives the caller the social account, unless it is someone else's (allauth: `do_connect`). The provider took
 * its time, so the caller's credentials must still be valid in the statement that writes. One of an account
 * that no one could ever log in to, left over from a sign-up, moves: who has the social account has just proved it.
 */
export async function connect(
  deps: SocialLoginDeps,
  step: SocialStep,
  {
    candidates,
    caller,
  }: { readonly candidates: readonly SocialCandidate[]; readonly caller: SignedInCaller },
): Promise<SocialLoginOutcome> {
  const { db, now } = deps
  const me = candidates.find((candidate) => candidate.id === caller.user.id)
  const owner = candidates.find((candidate) => candidate.socialAccountId !== null)
  const isElsewhere = owner !== undefined && owner.id !== caller.user.id
  const canMove = isVerificationMandatory(deps.settings) && owner?.addresses.every(isUnproved)
  if (isElsewhere && !canMove) return { kind: 'connected_elsewhere' }
  // Deleted since the request was authenticated.
  if (me === undefined) return { kind: 'rejected' }
  const signIn: SignIn = {
    proof: proofForChange(deps, caller, accountNeedsRecentProof),
    wanted: step.input.wanted,
    storedKey: storedKeyOf(me),
    ...(await sessionFate(deps, step.input.sessionKey, me)),
    email: 'not_asked',
    missingFactor: null,
  }
  if (me.socialAccountId !== null) {
    deps.deferWrites([updateSocialAccount(db, me.socialAccountId, { data: step.data, now })])
    return completeSignIn(deps, signIn, me)
  }
  if (!canKeepAccounts(deps.settings)) return { kind: 'rejected' }
  const prepared = await prepareSignIn(deps, signIn)
  if (prepared.kind !== 'prepared') return refusalOf(prepared)
  const results = await batch(db, {
    ...(await connectionOf(deps, step, { proof: signIn.proof, isElsewhere })),
    signIn: prepared.statements,
  })
  if (results.proved.length === 0) return { kind: 'stale_proof' }
  if (results.inserted.length === 0) return { kind: 'connected_elsewhere' }
  deliverLater(deps, results.notified)
  return prepared.issue(results.signIn, me)
}

/** The statements that connect; the caller gets nothing of it where the proof no longer holds. */
async function connectionOf(
  deps: SocialLoginDeps,
  { data }: SocialStep,
  { proof, isElsewhere }: { readonly proof: Proof; readonly isElsewhere: boolean },
) {
  const { db, now } = deps
  const owner = provedUserId(proof)
  const unused = unusedOwnerId(data, owner)
  return {
    leftBehind: await auditEvent(
      deps,
      'social_account_disconnected',
      isElsewhere ? unused : NO_USER,
    ),
    moved: isElsewhere ? [dropUnused(db, data, unused)] : [],
    inserted: insertSocialAccount(db, owner, { data, now }),
    lately: await noteConnected(deps, data),
    proved: selectProved(db, proof),
    notified: notifyOfConnection(deps, data),
    noted: await auditEvent(deps, 'social_account_connected', connectedUserId(data, now)),
  }
}

function isUnproved({ isVerified }: { readonly isVerified: boolean }): boolean {
  return !isVerified
}

/** A caller's own login had its steps: a mail is owed for none. */
function refusalOf(prepared: SignInRefusal | MailedStepOwed): SignInRefusal {
  return prepared.kind === 'mailed_step_owed' ? { kind: 'stale_proof' } : prepared
}
