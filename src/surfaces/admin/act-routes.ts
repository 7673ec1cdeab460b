import {
  activateAccount,
  deactivateAccount,
  type ActivationOutcome,
} from '../../core/accounts/operator.ts'
import {
  sendReset,
  sendVerification,
  verifyAddress,
  type MailOutcome,
} from '../../core/operator/prove-email.ts'
import type { Target } from '../../core/operator/target.sql.ts'
import { unlock } from '../../core/operator/unlock.ts'
import { resetFactors } from '../../core/second-factor/reset.ts'
import { actAs } from '../../core/sign-in/act-as.ts'
import { logOutEverywhere } from '../../core/sign-in/sessions.ts'
import type { Deps } from '../../deps.ts'
import type { AdminScope } from '../../settings/admin.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { AdminError, invalid } from './error.ts'

/** An act on one account that needs no more than its number. */
function act(
  name: string,
  summary: string,
  scope: AdminScope,
  work: (deps: Deps, target: Target) => Promise<boolean>,
): AdminRoute {
  return adminRoute({
    method: 'POST',
    path: `users/:id/${name}/`,
    summary,
    scope,
    target: 'acted_on',
    answers: 'Changed',
    handle: async ({ deps, target }) => ({ body: { changed: await work(deps, target) } }),
  })
}

function isSent(outcome: MailOutcome): boolean {
  switch (outcome) {
    case 'sent':
      return true
    case 'verified':
      return false
    case 'no_address':
      throw invalid({ email: ['no_address'] })
    case 'inactive':
      throw invalid({ is_active: ['inactive'] })
    case 'outdated':
      throw new AdminError(409, 'conflict')
  }
}

async function isVerified(deps: Deps, target: Target): Promise<boolean> {
  const outcome = await verifyAddress(deps, target)
  if (outcome === 'no_address') throw invalid({ email: ['no_address'] })
  if (outcome === 'taken') throw invalid({ email: ['email_taken'] })
  return outcome === 'changed'
}

async function endLogins(deps: Deps, { id }: Target): Promise<boolean> {
  await logOutEverywhere(deps, id)
  return true
}

const impersonateRoute = adminRoute({
  method: 'POST',
  path: 'users/:id/impersonate/',
  summary: 'Get an access token that acts as the account for minutes, and says so',
  scope: 'users:impersonate',
  target: 'acted_as',
  answers: 'ActingToken',
  handle: async ({ deps, target, caller }) => {
    // Auth tokens and sessions have no place for who acts; a machine has nobody to name.
    const isPossible = deps.settings.USE_JWT && caller.actor.kind === 'staff'
    if (!isPossible) throw invalid({ '': ['needs_jwt'] })
    const seconds = deps.settings.ADMIN_IMPERSONATION_SECONDS
    const outcome = await actAs(deps, target, { id: caller.actor.id, seconds })
    if (outcome.kind === 'stale_proof') throw invalid({ is_active: ['inactive'] })
    return { body: { access: outcome.access, expires_at: outcome.expiresAt.toISOString() } }
  },
})

/** What is done to one account. */
export const actRoutes: readonly AdminRoute[] = [
  act('disable', 'Keep an account out and end what it holds', 'users:write', async (deps, { id }) =>
    isDone(await deactivateAccount(deps, id)),
  ),
  act('enable', 'Let a disabled account in again', 'users:write', async (deps, { id }) =>
    isDone(await activateAccount(deps, id)),
  ),
  act('unlock', 'Forget failed logins and wrong codes', 'users:write', async (deps, { id }) =>
    isDone(await unlock(deps, id)),
  ),
  act('end-logins', 'Sign an account out everywhere', 'users:write', endLogins),
  act('verify-email', 'Mark the address as verified', 'users:write', isVerified),
  act('send-verification', 'Mail a link that verifies', 'users:write', async (deps, target) =>
    isSent(await sendVerification(deps, target)),
  ),
  act('send-reset', 'Mail a link that sets a new password', 'users:write', async (deps, target) =>
    isSent(await sendReset(deps, target)),
  ),
  act('reset-factors', 'Take second factors away', 'users:factors', async (deps, target) =>
    isDone(await resetFactors(deps, target)),
  ),
  impersonateRoute,
]

function isDone(outcome: ActivationOutcome): boolean {
  return outcome !== 'unchanged'
}
