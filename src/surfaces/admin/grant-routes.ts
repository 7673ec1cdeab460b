/**
 * Groups and permissions (Django's `auth_group`): who is in them, adding and withdrawing. No one can grant a right
 * that they do not have.
 */
import { grant, withdraw } from '../../core/operator/grants.ts'
import { listGroups } from '../../core/operator/grants.sql.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { AdminError, invalid } from './error.ts'

/** Items of a page unless `limit` says otherwise. */
const PAGE = 200

/** `GET groups/`: groups by name, with their permissions. */
const groupsRoute = adminRoute({
  method: 'GET',
  path: 'groups/',
  summary: 'List groups by name',
  scope: 'users:read',
  input: { after: { type: 'string', description: '`next` of the page before.' } },
  answers: 'GroupPage',
  handle: async ({ deps }, { after = '' }) => {
    const found = await listGroups(deps.db, { limit: PAGE + 1, after })
    const groups = found.slice(0, PAGE)
    const next = found.length > PAGE ? groups.at(-1)?.name : undefined
    return { body: { groups, next: next ?? null } }
  },
})

/** Declares adding or withdrawing. */
function grantRoute(name: string, summary: string, act: typeof grant): AdminRoute {
  return adminRoute({
    method: 'POST',
    path: `users/:id/${name}/`,
    summary,
    scope: 'users:grant',
    target: 'acted_on',
    input: {
      groups: { type: 'names', description: 'Names of groups that exist.' },
      permissions: { type: 'names', description: 'As Django spells them: blog.change_post.' },
    },
    answers: 'Granted',
    handle: async ({ deps, caller, target }, { groups = [], permissions = [] }) => {
      // Only people can grant: a machine is in no group, so it has nothing to give.
      if (caller.actor.kind !== 'staff') throw new AdminError(403, 'forbidden')
      if (groups.length + permissions.length === 0) throw invalid({ groups: ['required'] })
      const granter = { kind: 'user', id: caller.actor.id } as const
      const outcome = await act(deps, {
        granter,
        targetId: target.id,
        grants: { groups, permissions },
      })
      switch (outcome.kind) {
        case 'granted':
        case 'withdrawn':
          return { body: { changed: outcome.changed } }
        case 'invalid':
          throw invalid({ permissions: ['not_a_permission'] })
        case 'invalid_group':
        case 'unknown_group':
          throw invalid({ groups: ['unknown_group'] })
        case 'refused':
          throw new AdminError(403, 'forbidden')
      }
    },
  })
}

/** Groups, and who is in them. */
export const grantRoutes: readonly AdminRoute[] = [
  groupsRoute,
  grantRoute('grant', 'Give groups and permissions: none that the caller has not', grant),
  grantRoute('withdraw', 'Take groups and permissions away, by the same rule', withdraw),
]
