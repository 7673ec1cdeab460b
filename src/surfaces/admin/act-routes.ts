/**
 * Endpoints that do one thing to one account: (de)activate, unlock, end logins, reset factors, mail a link. Each is
 * idempotent: what is so already answers `changed: false`.
 */
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
import { findJwtClient } from '../../settings/jwt-clients.ts'
import type { AdminScope } from '../../settings/admin-scopes.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { AdminError, invalid } from './error.ts'

/** An act: its name in the URL, its scope, and what it does. */
type ActDeclaration = {
  readonly name: string
  readonly summary: string
  readonly scope?: AdminScope
}

/** Declares an act that needs nothing but the account's id. */
function act(
  { name, summary, scope = 'users:write' }: ActDeclaration,
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

/** Whether a mail was queued; accounts without an address, and suppressed ones, get none. */
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

/** Verifies the account's address; returns whether that changed anything. */
async function isVerified(deps: Deps, target: Target): Promise<boolean> {
  const outcome = await verifyAddress(deps, target)
  if (outcome === 'no_address') throw invalid({ email: ['no_address'] })
  if (outcome === 'taken') throw invalid({ email: ['email_taken'] })
  return outcome === 'changed'
}

/** Ends every login of the account. */
async function endLogins(deps: Deps, { id }: Target): Promise<boolean> {
  await logOutEverywhere(deps, id)
  return true
}

/**
 * `POST users/ID/impersonate/`: an access token that acts as the account for minutes, with the staff member in its
 * `act` claim and in every audit event. Not for machines, and not on accounts with more rights than the caller's.
 */
const impersonateRoute = adminRoute({
  method: 'POST',
  path: 'users/:id/impersonate/',
  summary: 'Get an access token that acts as the account for minutes, and says so',
  scope: 'users:impersonate',
  target: 'acted_as',
  input: { client_id: { type: 'string', description: 'For which of JWT_CLIENTS it is.' } },
  answers: 'ActingToken',
  handle: async ({ deps, target, caller }, { client_id: jwtClient }) => {
    // Impersonation is a JWT with an actor claim (RFC 8693 §4.1).
    // Auth tokens and sessions have no place for who acts; a machine names no user.
    const isPossible = deps.settings.USE_JWT && caller.actor.kind === 'staff'
    if (!isPossible) throw invalid({ '': ['needs_jwt'] })
    const isKnown = jwtClient === undefined || findJwtClient(deps.settings, jwtClient) !== undefined
    if (!isKnown) throw invalid({ client_id: ['unknown_client'] })
    const seconds = deps.settings.ADMIN_IMPERSONATION_SECONDS
    const actor = { id: caller.actor.id, seconds }
    const outcome = await actAs({ ...deps, jwtClient }, target, actor)
    if (outcome.kind === 'stale_proof') throw invalid({ is_active: ['inactive'] })
    return { body: { access: outcome.access, expires_at: outcome.expiresAt.toISOString() } }
  },
})

/** What can be done to one account. */
export const actRoutes: readonly AdminRoute[] = [
  act(
    { name: 'disable', summary: 'Keep an account out and end what it holds' },
    async (deps, { id }) => isDone(await deactivateAccount(deps, id)),
  ),
  act({ name: 'enable', summary: 'Let a disabled account in again' }, async (deps, { id }) =>
    isDone(await activateAccount(deps, id)),
  ),
  act({ name: 'unlock', summary: 'Forget failed logins and wrong codes' }, async (deps, { id }) =>
    isDone(await unlock(deps, id)),
  ),
  act({ name: 'end-logins', summary: 'Sign an account out everywhere' }, endLogins),
  act({ name: 'verify-email', summary: 'Mark the address as verified' }, isVerified),
  act({ name: 'send-verification', summary: 'Mail a link that verifies' }, async (deps, target) =>
    isSent(await sendVerification(deps, target)),
  ),
  act(
    { name: 'send-reset', summary: 'Mail a link that sets a new password' },
    async (deps, target) => isSent(await sendReset(deps, target)),
  ),
  act(
    { name: 'reset-factors', summary: 'Take second factors away', scope: 'users:factors' },
    async (deps, target) => isDone(await resetFactors(deps, target)),
  ),
  impersonateRoute,
]

/** Whether the account was changed by this call. */
function isDone(outcome: ActivationOutcome): boolean {
  return outcome !== 'unchanged'
}
