/**
 * Endpoints for invitations: list, invite, revoke. With `REGISTRATION = invited` they are the only way to an
 * account.
 */
import { sql } from 'drizzle-orm'
import {
  invite,
  listInvitations,
  stateOf,
  withdrawInvitation,
} from '../../core/accounts/invitations.ts'
import type { ListedInvitation } from '../../core/accounts/invitations.sql.ts'
import { hasAll } from '../../core/operator/grants.sql.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { AdminError, invalid, invalidBy } from './error.ts'

const PAGE = 50

/** `GET invitations/`: the newest first, with their state. */
const listRoute = adminRoute({
  method: 'GET',
  path: 'invitations/',
  summary: 'List invitations, the newest first, and what became of them',
  scope: 'users:read',
  input: {
    before: { type: 'integer', description: '`next` of the page before.' },
    limit: { type: 'integer', minimum: 1, maximum: 200 },
  },
  answers: 'InvitationPage',
  handle: async ({ deps }, { before, limit = PAGE }) => {
    const found = await listInvitations(deps, { limit: limit + 1, before })
    const shown = found.slice(0, limit)
    return {
      body: {
        invitations: shown.map((one) => invitationBody(one, deps.now)),
        next: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
      },
    }
  },
})

/** `POST invitations/`: mails an invitation; its groups must be among those the caller could grant. */
const inviteRoute = adminRoute({
  method: 'POST',
  path: 'invitations/',
  summary: 'Invite an address to make an account; groups: none that the caller has not',
  scope: 'users:invite',
  input: { email: { type: 'string', isRequired: true }, groups: { type: 'names' } },
  answers: 'Invited',
  status: 201,
  handle: async ({ deps, caller: { actor }, request }, { email, groups = [] }) => {
    const isStaff = actor.kind === 'staff'
    // A machine is in no group, and has none to give.
    if (!isStaff && groups.length > 0) throw new AdminError(403, 'forbidden')
    const grants = { groups, permissions: [] }
    const mayGive = isStaff && groups.length > 0
    const outcome = await invite(deps, {
      email,
      groups,
      context: emailContextOf(deps.settings, request),
      ...(isStaff ? { invitedBy: actor.id } : {}),
      ...(mayGive ? { condition: hasAll(actor.id, grants, sql`1`) } : {}),
    })
    switch (outcome.kind) {
      case 'invited': {
        const { id, expiresAt } = outcome
        return { status: 201, body: { id, email, expires_at: expiresAt.toISOString() } }
      }
      case 'member':
        throw invalid({ email: ['email_taken'] })
      case 'unknown_group':
        throw invalid({ groups: ['unknown_group'] })
      case 'refused':
        throw new AdminError(403, 'forbidden')
      case 'invalid':
        throw invalidBy(outcome.faults)
    }
  },
})

/** `POST invitations/ID/revoke/`: revokes an unused one. */
const revokeRoute = adminRoute({
  method: 'POST',
  path: 'invitations/:id/revoke/',
  summary: 'Take an invitation back that nobody has used',
  scope: 'users:invite',
  answers: 'Changed',
  handle: async ({ deps, id }) => ({
    body: { changed: (await withdrawInvitation(deps, id)) === 'revoked' },
  }),
})

/** An invitation without its key, which is in the mail alone. */
function invitationBody(invitation: ListedInvitation, now: Date) {
  return {
    id: invitation.id,
    email: invitation.email,
    state: stateOf(invitation, now),
    groups: invitation.groups,
    invited_by: invitation.invitedBy,
    user_id: invitation.userId,
    created_at: invitation.createdAt.toISOString(),
    expires_at: invitation.expiresAt.toISOString(),
  }
}

/** Who is invited, inviting, revoking. */
export const invitationRoutes: readonly AdminRoute[] = [listRoute, inviteRoute, revokeRoute]
