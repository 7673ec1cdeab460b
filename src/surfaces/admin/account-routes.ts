/**
 * Endpoints of the operator's API that create and change accounts. They call the same core functions as the command
 * line (`manage/`), so both obey the same rules and are audited alike.
 */
import { createAccount } from '../../core/accounts/operator.ts'
import { deleteAccount } from '../../core/accounts/delete-account.ts'
import { changeEmail, type EmailOutcome } from '../../core/operator/change-email.ts'
import { changeProfile } from '../../core/operator/change-profile.ts'
import { setRights } from '../../core/operator/rights.ts'
import { sendReset } from '../../core/operator/prove-email.ts'
import { findTarget } from '../../core/operator/target.sql.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { AdminError, invalid, invalidBy } from './error.ts'

/**
 * `POST users/`: creates an account. 201 with the account; 400 by field, with the same checks as a registration.
 * Without a password, the owner sets one by a mailed link, so that staff never knows it.
 */
const createRoute = adminRoute({
  method: 'POST',
  path: 'users/',
  summary: 'Make an account; without a password its owner sets one by a mailed link',
  scope: 'users:write',
  input: {
    username: { type: 'string', isRequired: true, maxLength: 150 },
    email: { type: 'string' },
    email_verified: { type: 'boolean' },
    first_name: { type: 'string', maxLength: 150 },
    last_name: { type: 'string', maxLength: 150 },
    password: { type: 'string', maxLength: 128 },
    send_reset: { type: 'boolean', description: 'Mail a link that sets the password.' },
  },
  answers: 'Created',
  status: 201,
  handle: async ({ deps }, given) => {
    const made = await createAccount(deps, {
      username: given.username,
      email: given.email ?? '',
      isEmailVerified: given.email_verified ?? false,
      password: given.password,
      passwordRules: 'obeyed',
      firstName: given.first_name ?? '',
      lastName: given.last_name ?? '',
      isStaff: false,
      isSuperuser: false,
    })
    if (made.kind === 'invalid') throw invalidBy(made.faults)
    const target = given.send_reset ? await findTarget(deps.db, made.id) : undefined
    const mail = target === undefined ? undefined : await sendReset(deps, target)
    return { status: 201, body: { id: made.id, username: made.username, mailed: mail === 'sent' } }
  },
})

/** `PATCH users/ID/`: changes names and custom fields, those included that users cannot write themselves. */
const changeRoute = adminRoute({
  method: 'PATCH',
  path: 'users/:id/',
  summary: 'Change the names of an account',
  scope: 'users:write',
  target: 'acted_on',
  input: {
    username: { type: 'string', maxLength: 150 },
    first_name: { type: 'string', maxLength: 150 },
    last_name: { type: 'string', maxLength: 150 },
  },
  answers: 'Changed',
  handle: async ({ deps, target }, given) => {
    const outcome = await changeProfile(deps, target, {
      ...(given.username === undefined ? {} : { username: given.username }),
      ...(given.first_name === undefined ? {} : { firstName: given.first_name }),
      ...(given.last_name === undefined ? {} : { lastName: given.last_name }),
    })
    if (outcome.kind === 'updated') return { body: { changed: true } }
    if (outcome.kind === 'unchanged') return { body: { changed: false } }
    if (outcome.kind === 'stale_proof') throw new AdminError(404, 'not_found')
    const fields: Record<string, string[]> = {}
    for (const { field = '', code } of outcome.faults) (fields[field] ??= []).push(code)
    throw invalid(fields)
  },
})

/**
 * `POST users/ID/set-email/`: replaces all addresses of an account by one, and ends its logins: any user who is logged
 * in may be the reason why the owner called support.
 */
const emailRoute = adminRoute({
  method: 'POST',
  path: 'users/:id/set-email/',
  summary: 'Give an account one address in place of all it had, and end what is signed in',
  scope: 'users:write',
  target: 'acted_on',
  input: { email: { type: 'string', isRequired: true }, verified: { type: 'boolean' } },
  answers: 'Changed',
  handle: async ({ deps, target }, { email, verified = false }) => {
    const outcome = await changeEmail(deps, target, { email, isVerified: verified })
    return { body: { changed: isChanged(outcome) } }
  },
})

/**
 * Whether the outcome changed the address. The others answer 200 with `changed: false`, so that a retry is
 * harmless.
 */
function isChanged(outcome: EmailOutcome): boolean {
  switch (outcome.kind) {
    case 'changed':
      return true
    case 'unchanged':
      return false
    case 'invalid':
      throw invalidBy(outcome.faults)
    case 'taken':
      throw invalid({ email: ['email_taken'] })
    case 'outdated':
      throw new AdminError(409, 'conflict')
  }
}

/** `POST users/ID/set-rights/`: staff and superuser rights. Superusers only. */
const rightsRoute = adminRoute({
  method: 'POST',
  path: 'users/:id/set-rights/',
  summary: 'Give an account rights, or take them',
  scope: 'superuser',
  target: 'acted_on',
  input: {
    is_staff: { type: 'boolean', isRequired: true },
    is_superuser: { type: 'boolean', isRequired: true },
  },
  answers: 'Changed',
  handle: async ({ deps, target }, { is_staff: isStaff, is_superuser: isSuperuser }) => {
    const outcome = await setRights(deps, target, { isStaff, isSuperuser })
    return { body: { changed: outcome === 'changed' } }
  },
})

/** `DELETE users/ID/`: deletes an account permanently. It needs a scope of its own. */
const deleteRoute = adminRoute({
  method: 'DELETE',
  path: 'users/:id/',
  summary: 'Delete an account and all that hangs on it',
  scope: 'users:delete',
  target: 'acted_on',
  handle: async ({ deps, target }) => {
    const outcome = await deleteAccount(deps, target.id, 'operator')
    if (outcome === 'unknown') throw new AdminError(404, 'not_found')
    return { status: 204 }
  },
})

/** Creating an account, changing its profile, address and rights. */
export const accountRoutes: readonly AdminRoute[] = [
  createRoute,
  changeRoute,
  emailRoute,
  rightsRoute,
  deleteRoute,
]
